// Generates TypeScript interfaces for a shape.

import { isOptional, nothing, see, type Json, type Shape } from "./shape.ts";

/** The declarations of a JSON text's types, the outermost first. Throws a SyntaxError if the text is not JSON. */
export function declarations(text: string, name = "Root", indent = "  "): string {
  const writer = new Writer(indent);
  const whole = writer.type(see(nothing(), JSON.parse(text) as Json), name);
  const found = writer.interfaces();
  return whole === name ? found : [`export type ${name} = ${whole};\n`, found].filter((part) => part !== "").join("\n");
}

class Writer {
  readonly #indent: string;
  /** The interfaces by name. Equal shapes share a name. */
  readonly #interfaces = new Map<string, string>();

  constructor(indent: string) {
    this.#indent = indent;
  }

  interfaces(): string {
    const all = [...this.#interfaces].map(([name, body]) => `export interface ${name} ${body}\n`);
    return all.join("\n");
  }

  /** The type of a shape. If it needs an interface, this is its name. */
  type(shape: Shape, name: string): string {
    const cases = [...shape.primitives].filter((primitive) => primitive !== "null");
    if (shape.fields !== undefined) {
      cases.push(this.#object(shape, name));
    }
    if (shape.elements !== undefined) {
      const element = this.type(shape.elements, singular(name));
      cases.push(element.includes(" | ") ? `(${element})[]` : `${element}[]`);
    }
    if (shape.primitives.has("null")) {
      cases.push("null");
    }
    return cases.length === 0 ? "unknown" : cases.join(" | ");
  }

  #object(shape: Shape, wanted: string): string {
    // Reserved before its fields are written, so that an outer type comes before the inner ones.
    const name = this.#free(wanted);
    this.#interfaces.set(name, "");
    const fields = [...(shape.fields ?? [])].map(([key, field]) => {
      const type = this.type(field.shape, pascal(key));
      const mark = isOptional(shape, field) ? "?" : "";
      return `${this.#indent}${isIdentifier(key) ? key : JSON.stringify(key)}${mark}: ${type};\n`;
    });
    const body = fields.length === 0 ? "{}" : `{\n${fields.join("")}}`;
    const same = [...this.#interfaces].find(([other, text]) => other !== name && text === body);
    if (same !== undefined) {
      this.#interfaces.delete(name);
      return same[0];
    }
    this.#interfaces.set(name, body);
    return name;
  }

  #free(name: string): string {
    for (let count = 1; ; count++) {
      const tried = count === 1 ? name : `${name}${count}`;
      if (!this.#interfaces.has(tried)) {
        return tried;
      }
    }
  }
}

const isIdentifier = (name: string) => /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name);

function pascal(key: string): string {
  const words = key.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return /^\p{L}/u.test(name) ? name : `Type${name}`;
}

/** A rough singular: `Users` becomes `User`. */
function singular(name: string): string {
  if (/[Cc]hildren$/.test(name)) {
    return name.slice(0, -"ren".length);
  }
  if (/ies$/.test(name)) {
    return name.replace(/ies$/, "y");
  }
  if (/(s|x|ch|sh)es$/.test(name)) {
    return name.replace(/es$/, "");
  }
  return /[^s]s$/.test(name) ? name.slice(0, -1) : name === "Root" ? "Item" : name;
}
