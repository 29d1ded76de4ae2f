// The shapes of JSON values, and the common shape of several values.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The kinds of values seen at one place in a document. */
export interface Shape {
  /** `null`, `boolean`, `number` and `string`. */
  primitives: Set<string>;
  /** The shape of array elements, if there was an array. */
  elements?: Shape;
  /** The fields of objects, if there was an object. */
  fields?: Map<string, Field>;
  /** The number of objects seen. */
  objects: number;
}

interface Field {
  shape: Shape;
  /** The number of objects that have it. */
  seen: number;
}

export const nothing = (): Shape => ({ primitives: new Set(), objects: 0 });

/** Adds a value to a shape. */
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
