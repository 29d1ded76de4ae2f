// Schemas and contracts.

import { SchemaError } from "./errors.js";

/** A column of this type without nulls; see `nullable`. */
const field = (dataType) => (name) => ({ name, dataType, nullable: false, ipcSchema: undefined });

/** Booleans. */
export const boolean = field("boolean");
/** 32-bit integers. */
export const int32 = field("int32");
/** 64-bit integers. */
export const int64 = field("int64");
/** 64-bit floating-point numbers. */
export const float64 = field("float64");
/** Dates: days since 1970-01-01. */
export const date32 = field("date32");
/** Timestamps: microseconds since 1970-01-01T00:00:00 UTC. */
export const timestampUs = field("timestamp-us");
/** Text. */
export const utf8 = field("utf8");
/** Bytes. */
export const binary = field("binary");

/** The same column, which may contain nulls. */
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

  /** The field of this name. Throws a SchemaError that lists the existing columns. */
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

  /** Starts a contract over an input of this schema. */
  contract() {
    return new Contract(this);
  }
}

/** The columns that a transform reads and writes. The output's columns are in the order of the calls. */
export class Contract {
  #schema;
  /** The fields that are read, in order. */
  reads = [];
  /** The fields of the output; `from` is the input's index of a column that passes through. */
  output = [];

  constructor(schema) {
    this.#schema = schema;
  }

  /** Reads the column of this name, which must have this type; without a type, any type. */
  read(name, dataType) {
    const field = this.#schema.field(name);
    if (dataType !== undefined && field.dataType !== dataType) {
      throw new SchemaError(`column \`${name}\` is ${field.dataType}; expected ${dataType}`);
    }
    if (!this.reads.includes(field)) {
      this.reads.push(field);
    }
    return this;
  }

  /** Passes columns through unchanged. */
  pass(...names) {
    for (const name of names) {
      const from = this.#schema.index(name);
      this.output.push({ field: this.#schema.fields[from], from });
    }
    return this;
  }

  /** Passes every column through unchanged. */
  passAll() {
    return this.passAllExcept();
  }

  /** Passes every column through, except these. */
  passAllExcept(...names) {
    names.forEach((name) => this.#schema.index(name));
    return this.pass(...this.#schema.names.filter((name) => !names.includes(name)));
  }

  /** Makes new columns. */
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
