// Schemas, and the contract that a transform makes over one.

import { SchemaError } from "./errors.js";

/** A column of this type that is never null; see `nullable`. */
const field = (dataType) => (name) => ({ name, dataType, nullable: false, ipcSchema: undefined });

/** Truth values. */
export const boolean = field("boolean");
/** Whole numbers of 32 bits. */
export const int32 = field("int32");
/** Whole numbers of 64 bits. */
export const int64 = field("int64");
/** Floating-point numbers of 64 bits. */
export const float64 = field("float64");
/** Dates: days since 1970-01-01. */
export const date32 = field("date32");
/** Instants: microseconds since 1970-01-01T00:00:00 UTC. */
export const timestampUs = field("timestamp-us");
/** Text. */
export const utf8 = field("utf8");
/** Bytes. */
export const binary = field("binary");

/** The same column, whose rows may be null. */
export const nullable = (field) => ({ ...field, nullable: true });

/** The columns of a batch, in order. */
export class Schema {
  constructor(fields) {
    this.fields = fields;
  }

  get names() {
    return this.fields.map(({ name }) => name);
  }

  has(name) {
    return this.names.includes(name);
  }

  /** The field of this name, or a SchemaError that lists the columns that there are. */
  field(name) {
    return this.fields[this.index(name)];
  }

  index(name) {
    const index = this.names.indexOf(name);
    if (index < 0) {
      throw new SchemaError(`there is no column \`${name}\`; the columns are ${this.names.join(", ")}`);
    }
    return index;
  }

  /** Begins a contract over an input of this schema. */
  contract() {
    return new Contract(this);
  }
}

/** What a transform will read and write. The output's columns stand in the order of the calls. */
export class Contract {
  #schema;
  /** The fields that are read, in order. */
  reads = [];
  /** The fields of the output; `from` is the input's index of a column that is passed on. */
  output = [];

  constructor(schema) {
    this.#schema = schema;
  }

  /** Reads the column of this name, which must be of this type; without a type, of whatever type it is. */
  read(name, dataType) {
    const field = this.#schema.field(name);
    if (dataType !== undefined && field.dataType !== dataType) {
      throw new SchemaError(`column \`${name}\` is ${field.dataType}, and ${dataType} was expected`);
    }
    if (!this.reads.includes(field)) {
      this.reads.push(field);
    }
    return this;
  }

  /** Passes columns on, untouched. */
  pass(...names) {
    for (const name of names) {
      const from = this.#schema.index(name);
      this.output.push({ field: this.#schema.fields[from], from });
    }
    return this;
  }

  /** Passes every column on. */
  passAll() {
    return this.passAllExcept();
  }

  /** Passes every column on but these. */
  passAllExcept(...names) {
    names.forEach((name) => this.#schema.index(name));
    return this.pass(...this.#schema.names.filter((name) => !names.includes(name)));
  }

  /** Makes columns of its own. */
  make(...fields) {
    this.output.push(...fields.map((field) => ({ field })));
    return this;
  }

  /** The fields that are made, in order. */
  get made() {
    return this.output.filter(({ from }) => from === undefined).map(({ field }) => field);
  }

  toWit() {
    const names = this.output.map(({ field }) => field.name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) {
      throw new SchemaError(`the output would have two columns \`${twice}\``);
    }
    return {
      reads: this.reads.map(({ name }) => this.#schema.index(name)),
      output: this.output.map(({ field, from }) =>
        from === undefined ? { tag: "new", val: field } : { tag: "same", val: from },
      ),
    };
  }
}
