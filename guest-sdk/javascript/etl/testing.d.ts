/// <reference path="./host.d.ts" />

import type { Field, Value } from "./index.js";

export * from "./index.js";

/** A plugin's module. */
export function load(url: URL): Promise<Plugin>;

/** A row for a test, and of its result. */
export type TestRow = Record<string, Value>;

export interface Plugin {
  /** The fields of the output. */
  describe(fields: Field[], settings?: object): Field[];
  /** One run over batches of these fields. */
  open(fields: Field[], settings?: object): Session;
}

export interface Session {
  /** One batch of rows: what comes out, and what is rejected. */
  process(rows: TestRow[]): { rows: TestRow[]; rejected: { row: number; code: string; message: string }[] };
  /** The stream's end: the rows that were still held. */
  finish(): TestRow[];
  /** What the next generation is given: `next.restore(session.save())`. */
  save(): Uint8Array;
  restore(saved: Uint8Array): void;
}
