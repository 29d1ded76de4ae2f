// What JSON values look like, and what several of them look like together.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What is known of a place in a document: each kind of value that was seen there. */
export interface Shape {
  /** `null`, `boolean`, `number` and `string`. */
  primitives: Set<string>;
  /** What stands in arrays; none, if there was no array. */
  elements?: Shape;
  /** The fields of objects; none, if there was no object. */
  fields?: Map<string, Field>;
  /** How many objects were seen. */
  objects: number;
}

interface Field {
  shape: Shape;
  /** In how many of the objects it was. */
  seen: number;
}

export const nothing = (): Shape => ({ primitives: new Set(), objects: 0 });

/** Adds a value to what is known. */
export function see(shape: Shape, value: Json): Shape {
  if (Array.isArray(value)) {
    shape.elements = value.reduce(see, shape.elements ?? nothing());
  } else if (value !== null && typeof value === "object") {
    shape.objects++;
    shape.fields ??= new Map();
    for (const [name, inner] of Object.entries(value)) {
      const field = shape.fields.get(name) ?? { shape: nothing(), seen: 0 };
      field.seen++;
      see(field.shape, inner);
      shape.fields.set(name, field);
    }
  } else {
    shape.primitives.add(value === null ? "null" : typeof value);
  }
  return shape;
}

/** Whether a field was missing in some of the objects. */
export const isOptional = (shape: Shape, field: Field): boolean => field.seen < shape.objects;
