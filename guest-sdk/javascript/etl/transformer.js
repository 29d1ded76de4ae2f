// Turns a transform's definition into the exports that the host calls.

import { readSettings } from "../common/settings.js";
import { exact, toArray, toColumn } from "./columns.js";
import { DataError, Reject, SettingsError, told } from "./errors.js";
import { Schema } from "./schema.js";
import { decode, encode } from "../common/text.js";

/** Adds the column's name to an error. */
function named(name, read) {
  try {
    return read();
  } catch (error) {
    throw error instanceof DataError ? new DataError(`column \`${name}\`: ${error.message}`) : error;
  }
}

/** The batch that `columns` receives. */
export class Batch {
  #fields;
  #columns;
  #out;
  rejected = [];

  constructor(fields, { rows, columns }) {
    this.#fields = fields;
    this.#columns = columns;
    this.rows = rows;
  }

  #column(name) {
    const index = this.#fields.findIndex((field) => field.name === name);
    if (index < 0) {
      throw new DataError(`the plugin uses column \`${name}\`, which its contract does not read`);
    }
    return this.#columns[index];
  }

  /** A column in the interface's form, to return it or to pass it to the host. */
  raw(name) {
    const column = this.#column(name);
    return named(name, () => exact(column));
  }

  /** A column as an array, with null for nulls. */
  column(name) {
    const column = this.#column(name);
    return named(name, () => toArray(column, this.rows));
  }

  /** Omits a row without rejecting it, as a filter does. Returns whether the row was in the output before. */
  leaveOut(row) {
    this.#out ??= new Uint8Array(this.rows);
    const before = this.#out[row];
    this.#out[row] = 1;
    return before === 0;
  }

  /** Rejects a row. Only the first rejection of a row counts. */
  reject(row, code, message) {
    if (this.leaveOut(row)) {
      this.rejected.push({ row, code, message });
    }
  }

  /** The output rows; undefined for all. */
  selected() {
    if (!this.#out?.includes(1)) {
      return undefined;
    }
    const rows = [];
    this.#out.forEach((out, row) => out || rows.push(row));
    return rows;
  }
}

function outputRows(rows) {
  return rows === undefined ? { tag: "all" } : { tag: "selected", val: Uint32Array.from(rows) };
}

/** Columns by name, as long as the batch. An array is converted to a column; a column is used directly. */
function columnsOutput(fields, batch, made) {
  const selected = batch.selected();
  const columns = fields.map((field) => {
    let values = made?.[field.name];
    if (values === undefined) {
      throw new DataError(`the plugin returns no column \`${field.name}\`, which its contract makes`);
    }
    if (values.values?.tag !== undefined) {
      if (selected === undefined) {
        return exact(values);
      }
      values = toArray(values, batch.rows);
    }
    if (values.length !== batch.rows) {
      throw new DataError(`the plugin's \`${field.name}\` has ${values.length} rows, but the batch has ${batch.rows}`);
    }
    return toColumn(field, selected === undefined ? values : selected.map((row) => values[row]));
  });
  return { rows: outputRows(selected), columns, rejected: batch.rejected };
}

function rowsOutput(reads, fields, { rows, columns }, one) {
  const names = reads.map(({ name }) => name);
  const arrays = columns.map((column, index) => named(names[index], () => toArray(column, rows)));
  const made = fields.map(() => []);
  const from = [];
  const rejected = [];
  const give = (row, out) => {
    from.push(row);
    for (let index = 0; index < fields.length; index++) {
      made[index].push(out[fields[index].name]);
    }
  };
  for (let row = 0; row < rows; row++) {
    const given = {};
    for (let index = 0; index < names.length; index++) {
      given[names[index]] = arrays[index][row];
    }
    let out;
    try {
      out = one(given);
    } catch (error) {
      if (!(error instanceof Reject)) {
        throw error;
      }
      rejected.push({ row, code: error.code, message: error.message });
      continue;
    }
    if (Array.isArray(out)) {
      out.forEach((out) => give(row, out));
    } else if (out !== null && out !== undefined) {
      give(row, out);
    }
  }
  const all = from.length === rows && from.every((row, index) => row === index);
  return {
    rows: outputRows(all ? undefined : from),
    columns: fields.map((field, index) => toColumn(field, made[index])),
    rejected,
  };
}

const finished = (contract, rows) =>
  rows.length === 0
    ? // Not `fresh`, which would need the columns that pass through too.
      { rows: outputRows([]), columns: contract.made.map((field) => empty(field)), rejected: [] }
    : {
        rows: { tag: "fresh", val: rows.length },
        columns: contract.output.map(({ field }) => toColumn(field, rows.map((row) => row[field.name]))),
        rejected: [],
      };

const empty = (field) =>
  field.dataType === "ipc" ? { values: { tag: "ipc", val: new Uint8Array() } } : toColumn(field, []);

/**
 * The exports of a plugin: `export const { transform } = transformer({ … })`, or `{ transform, state }` if its state
 * survives a reload. The README describes a definition.
 */
export function transformer({ settings: defaults = {}, describe, start }) {
  const open = (input, text) => {
    let settings;
    try {
      settings = readSettings(text, defaults);
    } catch (why) {
      throw new SettingsError(String(why));
    }
    const schema = new Schema(input);
    return { schema, settings, contract: describe(schema, settings) };
  };
  const guarded = (call, tell = told) => {
    try {
      return call();
    } catch (error) {
      throw tell(error);
    }
  };
  // The last session is the open one: the host opens one at a time for a plugin that keeps state.
  let latest;

  class Session {
    #run;
    #contract;
    #problem;

    constructor(input, text) {
      // A constructor cannot fail, so its error is stored until the first call.
      try {
        const { schema, settings, contract } = open(input, text);
        this.#contract = contract;
        const run = start(schema, settings);
        this.#run = typeof run === "function" ? { row: run } : run;
      } catch (error) {
        this.#problem = error;
      }
      latest = this;
    }

    get run() {
      if (this.#problem !== undefined) {
        throw this.#problem;
      }
      return this.#run;
    }

    process(batch) {
      return guarded(() => {
        const { run } = this;
        const { reads, made } = this.#contract;
        if (run.columns === undefined) {
          return rowsOutput(reads, made, batch, (row) => run.row(row));
        }
        const rows = new Batch(reads, batch);
        return columnsOutput(made, rows, run.columns(rows));
      });
    }

    finish() {
      return guarded(() => finished(this.#contract, this.run.finish?.() ?? []));
    }
  }

  const run = () => {
    if (latest === undefined) {
      throw "no session is open; the host has to open one before it saves or restores";
    }
    return latest.run;
  };
  const inWords = (error) => (typeof error === "string" ? error : told(error).val);
  return {
    transform: { describe: (input, text) => guarded(() => open(input, text).contract.toWit()), Session },
    state: {
      save: () => guarded(() => encode(JSON.stringify(run().save())), inWords),
      restore: (saved) =>
        guarded(() => {
          run().restore(JSON.parse(decode(saved)));
        }, inWords),
    },
  };
}
