// Runs a plugin natively, for its tests under `node --test`, through the same columns as in a component:
//
//   import { load, utf8 } from "@witdock/etl/testing";
//
//   const plugin = await load(new URL("../src/index.js", import.meta.url));
//   const session = plugin.open([utf8("word")], { loud: true });
//   assert.deepEqual(session.process([{ word: "hello" }]), { rows: [{ word: "HELLO!" }], rejected: [] });
//
// `@witdock/etl` resolves to this SDK. Of the host's interfaces, metrics and log do nothing, and the others fail.

import { host } from "../common/testing.js";
import { toArray, toColumn } from "./columns.js";

export * from "./index.js";

/** There is no host, so tables and side outputs are unavailable. */
const missing = (what) => (name) => {
  throw { tag: "unavailable", val: `there is no host to ${what} ${name}` };
};
const nothing = () => {};

host(
  {
    "witdock:etl/metrics": { count: nothing, gauge: nothing, observe: nothing },
    "witdock:etl/lookup": { open: missing("provide"), Table: class Table {} },
    "witdock:etl/side-output": { emit: missing("receive rows for") },
    "witdock:plugin/log": { write: nothing, panicked: nothing, maxLevel: () => "error" },
  },
  { "@witdock/etl": new URL("index.js", import.meta.url).href },
);

/** A plugin's module. */
export async function load(url) {
  return new Plugin(await import(url));
}

class Plugin {
  #exports;

  constructor(exports) {
    this.#exports = exports;
  }

  /** The fields of the output. */
  describe(fields, settings = {}) {
    const { output } = this.#exports.transform.describe(fields, JSON.stringify(settings));
    return output.map(({ tag, val }) => (tag === "new" ? val : fields[val]));
  }

  /** One run over batches of these fields. */
  open(fields, settings = {}) {
    return new Session(this.#exports, fields, JSON.stringify(settings));
  }
}

class Session {
  #session;
  #state;
  #fields;
  #contract;

  constructor({ transform, state }, fields, settings) {
    this.#fields = fields;
    this.#contract = transform.describe(fields, settings);
    this.#session = new transform.Session(fields, settings);
    this.#state = state;
  }

  /** Processes one batch of rows. Returns the output and the rejected rows. */
  process(rows) {
    const columns = this.#contract.reads.map((index) => {
      const field = this.#fields[index];
      return asGiven(toColumn(field, rows.map((row) => row[field.name])));
    });
    return this.#rows(this.#session.process({ rows: rows.length, columns }), rows);
  }

  /** Ends the stream. Returns the rows that were still held. */
  finish() {
    return this.#rows(this.#session.finish(), []).rows;
  }

  /** Returns the state for the next generation: `next.restore(session.save())`. */
  save() {
    return this.#state.save();
  }

  restore(saved) {
    this.#state.restore(saved);
  }

  #rows({ rows, columns, rejected }, input) {
    const passed = rows.tag === "all" ? input.keys() : rows.tag === "selected" ? rows.val : Array(rows.val);
    const from = Array.from(passed);
    const made = columns.map((column) => toArray(column, from.length));
    const out = from.map(() => ({}));
    let next = 0;
    for (const { tag, val } of this.#contract.output) {
      const fresh = tag === "new" || rows.tag === "fresh";
      const { name } = tag === "new" ? val : this.#fields[val];
      const values = fresh ? made[next++] : from.map((row) => input[row][name]);
      out.forEach((row, index) => {
        row[name] = values[index];
      });
    }
    return { rows: out, rejected };
  }
}

/** A column as a component receives it: numbers are in plain arrays, and 64-bit integers are rounded. */
function asGiven({ validity, values: { tag, val } }) {
  if (val.offsets !== undefined) {
    val = { ...val, offsets: Array.from(val.offsets) };
  } else if (!(val instanceof Uint8Array)) {
    val = Array.from(val, Number);
  }
  return { validity: validity ?? null, values: { tag, val } };
}
