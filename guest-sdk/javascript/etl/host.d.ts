// Made by witdock from the WIT: the interfaces of a world, as modules.

/** Lines for the host's log, under the plugin's name. Always lent; the host limits lines per second. */
declare module "witdock:plugin/log@0.1.0" {
  /** How much a line matters, from most to least. */
  export type Level =
    | "error"
    | "warn"
    | "info"
    | "debug"
    | "trace";
  /** Where in the plugin's source something happened. Lines and columns count from 1. */
  export interface Location {
    file: string;
    line: number;
    column: number;
  }
  /** Writes one line. `target` says which part of the plugin speaks, for example a module's path. */
  export function write(level: Level, target: string, message: string): void;
  /** The least urgent level that the host keeps: a plugin need not format lines below it. */
  export function maxLevel(): Level;
  /**
   * Tells the host why the plugin is about to trap, so that the error that the caller sees has these
   * words instead of "unreachable". A plugin calls it from its panic hook.
   */
  export function panicked(message: string, location: Location | null | undefined): void;
}

/** Schemas, batches and errors. */
declare module "witdock:etl/types@0.1.0" {
  /** What a column holds. Arrow types beyond these travel as `ipc`. */
  export type DataType =
    /** One bit a row, least significant bit first. */
    | "boolean"
    | "int32"
    | "int64"
    | "float64"
    /** Days since 1970-01-01. */
    | "date32"
    /** Microseconds since 1970-01-01T00:00:00 UTC. */
    | "timestamp-us"
    /** UTF-8 text. */
    | "utf8"
    /** Bytes. */
    | "binary"
    /** Any other Arrow type, as Arrow IPC bytes. */
    | "ipc";
  /** One column of a schema. */
  export interface Field {
    name: string;
    dataType: DataType;
    /** Whether rows may be null here. */
    nullable: boolean;
    /** For `ipc` alone: the Arrow type, as an Arrow IPC stream that holds a schema of one field and no batch. */
    ipcSchema?: Uint8Array | null;
  }
  /** Text or bytes of varying length: row `i` is `data[offsets[i]..offsets[i + 1]]`. */
  export interface BytesColumn {
    /** One more than there are rows, rising from 0 to the length of `data`. */
    offsets: number[];
    data: Uint8Array;
  }
  /** A column's values. A null row has some value here too, which nobody reads. */
  export type Values =
    /** A bitmap of (rows + 7) / 8 bytes. */
    | { tag: "boolean"; val: Uint8Array }
    | { tag: "int32"; val: number[] }
    | { tag: "int64"; val: number[] }
    | { tag: "float64"; val: number[] }
    | { tag: "date32"; val: number[] }
    | { tag: "timestamp-us"; val: number[] }
    | { tag: "utf8"; val: BytesColumn }
    | { tag: "binary"; val: BytesColumn }
    /** An Arrow IPC stream: a schema of one field and one batch. It carries its own nulls. */
    | { tag: "ipc"; val: Uint8Array };
  /** One column of a batch. */
  export interface Column {
    /** A bitmap, least significant bit first, of (rows + 7) / 8 bytes: 1 where the row has a value. None: every row has. */
    validity?: Uint8Array | null;
    values: Values;
  }
  /** Rows that travel together; every column has `rows` rows. */
  export interface Batch {
    rows: number;
    columns: Column[];
  }
  /** Where a column of the output comes from. */
  export type OutputField =
    /** The input column of this index, passed on untouched: it never crosses the boundary. */
    | { tag: "same"; val: number }
    /** A column that the plugin makes. */
    | { tag: "new"; val: Field };
  /**
   * What a transform will read and write, told before the first row, so that the host knows
   * the schema after each stage and sends only the columns that are read.
   */
  export interface Contract {
    /** Indexes into the input's fields: the columns that `process` is given, in this order. */
    reads: number[];
    /** The output's columns. */
    output: OutputField[];
  }
  /** Which rows come out. */
  export type OutputRows =
    /** Every row of the input, in order; none is rejected. */
    | { tag: "all" }
    /** These rows of the input, in this order; a row may be left out or repeated. */
    | { tag: "selected"; val: number[] }
    /** This many rows of the plugin's own, which no input row stands behind. */
    | { tag: "fresh"; val: number };
  /** A row of the input that the plugin cannot accept. It goes to the rejected rows and not to the output. */
  export interface RowError {
    /** The row's index in the input batch. */
    row: number;
    /** A short name to count and branch on, for example `bad-date`. */
    code: string;
    /** What is wrong, for a person. */
    message: string;
  }
  /** What came of a batch. */
  export interface Output {
    rows: OutputRows;
    /**
     * The `new` columns of the contract, in its order, as long as the output's rows. With `fresh` rows:
     * every column of the output, since none can be passed on.
     */
    columns: Column[];
    /** Rows of the input that are in no output row. */
    rejected: RowError[];
  }
  /** Why a call could not be answered. The text is for the pipeline's author. */
  export type Error =
    /** The settings are wrong: what, and what was expected. */
    | { tag: "settings"; val: string }
    /** The input's schema does not suit this transform: which column, and what was expected. */
    | { tag: "schema"; val: string }
    /** The batch as a whole cannot be processed. */
    | { tag: "data"; val: string };
}

/** Tables that the host lends for enrichment, asked a list of keys at a time. */
declare module "witdock:etl/lookup@0.1.0" {
  export type Field = import("witdock:etl/types@0.1.0").Field;
  export type Column = import("witdock:etl/types@0.1.0").Column;
  /** Why a lookup could not be answered. */
  export type LookupError =
    /** The pipeline has no table of this name. */
    | { tag: "no-such-table"; val: string }
    /** The table has no column of this name. */
    | { tag: "no-such-column"; val: string }
    /** The keys are not of the table's key type, or not as long as they say. */
    | { tag: "keys"; val: string }
    /** The table could not be read. */
    | { tag: "unavailable"; val: string };
  /** The answer to one `get`. */
  export interface Matches {
    /** A bitmap: 1 where the table has a row for the key. */
    found: Uint8Array;
    /** The columns asked for, as long as the keys; null where nothing was found. */
    columns: Column[];
  }
  /** A keyed table. */
  export class Table {
    private constructor();
    /** The columns that make up the key, in order. */
    key(): Field[];
    /** The table's other columns. */
    fields(): Field[];
    /**
     * Looks up `rows` keys at once: one column for each field of the key. A null key matches nothing.
     * @throws {LookupError}
     */
    get(rows: number, keys: Column[], columns: string[]): Matches;
    /** Gives the handle back before the collector does. */
    [Symbol.dispose](): void;
  }
  /**
   * Opens the table that the pipeline lends under this name.
   * @throws {LookupError}
   */
  export function open(name: string): Table;
}

/** Numbers for the pipeline's operator. The host adds the stage's name. */
declare module "witdock:etl/metrics@0.1.0" {
  /** Adds to a counter. */
  export function count(name: string, by: number): void;
  /** Sets a gauge. */
  export function gauge(name: string, value: number): void;
  /** Records one observation in a histogram. */
  export function observe(name: string, value: number): void;
}

/** Rows that leave the main stream, for example late or suspicious ones. */
declare module "witdock:etl/side-output@0.1.0" {
  export type Field = import("witdock:etl/types@0.1.0").Field;
  export type Batch = import("witdock:etl/types@0.1.0").Batch;
  /** Why rows were not taken. */
  export type EmitError =
    /** The stage has no side output of this name. */
    | { tag: "no-such-output"; val: string }
    /** The fields differ from those of the first call, or the batch does not fit them. */
    | { tag: "schema"; val: string }
    /** The rows could not be written. */
    | { tag: "unavailable"; val: string };
  /**
   * Sends rows to the stage's side output of this name. The first call fixes its fields.
   * @throws {EmitError}
   */
  export function emit(name: string, fields: Field[], rows: Batch): void;
}

/**
 * State that outlives a reload: what the old generation saves, the new one restores.
 *
 * A stateful plugin exports it. `save` is called between two calls, never during one; `restore` once, on a
 * fresh instance that the host has made ready, before its first call.
 */
declare module "witdock:plugin/state@0.1.0" {
  /** What a plugin exports as `state`. */
  export interface Exports {
    /**
     * Everything that the plugin wants to keep, in a form that its next version can read.
     * @throws {string}
     */
    save(): Uint8Array;
    /**
     * Takes over what an earlier generation saved. An error rejects the new generation: the old
     * one goes on serving, and the text is shown to its author.
     * @throws {string}
     */
    restore(saved: Uint8Array): void;
  }
}

/** A stage that takes batches and gives batches: the plugin's side. */
declare module "witdock:etl/transform@0.1.0" {
  export type Field = import("witdock:etl/types@0.1.0").Field;
  export type Batch = import("witdock:etl/types@0.1.0").Batch;
  export type Contract = import("witdock:etl/types@0.1.0").Contract;
  export type Output = import("witdock:etl/types@0.1.0").Output;
  export type Error = import("witdock:etl/types@0.1.0").Error;
  /** One run over one stream of batches. What it holds between batches is the plugin's state. */
  export interface Session {
    /**
     * Transforms one batch, which has the columns that the contract reads. An error fails the batch as a whole; a
     * single bad row belongs in `rejected`.
     * @throws {Error}
     */
    process(input: Batch): Output;
    /**
     * The stream has ended: gives what is still held, as `fresh` rows.
     * @throws {Error}
     */
    finish(): Output;
  }
  /** What a plugin exports as `transform`. */
  export interface Exports {
    /**
     * Says what a session with these settings would read and write. It is called before any row, and
     * again whenever the input's schema changes. `settings` is JSON text, an object.
     * @throws {Error}
     */
    describe(input: Field[], settings: string): Contract;
    Session: {
      /** Starts with the arguments that `describe` has accepted. */
      new (input: Field[], settings: string): Session;
    };
  }
}

/** The same with state that outlives a reload: `save` and `restore` speak for the one session that is open. */
declare module "witdock:etl/stateful-transformer-plugin@0.1.0" {
  /** What a plugin's module exports. */
  export interface World {
    state: import("witdock:plugin/state@0.1.0").Exports;
    transform: import("witdock:etl/transform@0.1.0").Exports;
  }
}
