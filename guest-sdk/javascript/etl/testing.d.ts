/// <reference path="./host.d.ts" />

import type { Field, Value } from "./index.js";

export * from "./index.js";

/** A plugin's module. */
export function load(url: URL): Promise<Plugin>;

/** A row of a test's input or result. */
export type TestRow = Record<string, Value>;

export interface Plugin {
  /** The fields of the output. */
  describe(fields: Field[], settings?: object): Field[];
  /** One run over batches of these fields. */
  open(fields: Field[], settings?: object): Session;
}

export interface Session {
  /** Processes one batch of rows. Returns the output and the rejected rows. */
  process(rows: TestRow[]): { rows: TestRow[]; rejected: { row: number; code: string; message: string }[] };
  /** Ends the stream. Returns the rows that were still held. */
  finish(): TestRow[];
  /** Returns the state for the next generation: `next.restore(session.save())`. */
  save(): Uint8Array;
  restore(saved: Uint8Array): void;
}
