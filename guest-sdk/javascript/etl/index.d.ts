/// <reference path="./host.d.ts" />

import type { Batch as WitBatch, Column, DataType, Field, Contract as WitContract } from "witdock:etl/types@0.1.0";
import type { Exports } from "witdock:etl/transform@0.1.0";
import type { Exports as State } from "witdock:plugin/state@0.1.0";

export { REQUIRED } from "../common/settings.js";
export type { Column, DataType, Field };

/** A value in a row or a column. `int64` and `timestamp-us` are bigints; a null is null. */
export type Value = boolean | number | bigint | string | Uint8Array | null;
/** The accepted forms of a value: the same, an integer number for a bigint, a Date, undefined for a null. */
export type Given = Value | Date | undefined;
/** A row: values by column names. A transform may declare their types, `(row: { distance: number | null }) => …`. */
export type Row = Record<string, any>;

/** Rejects one row; the others are processed. `code` is a short code to count and branch on, for example `bad-date`. */
export class Reject extends Error {
  constructor(code: string, message: string);
  readonly code: string;
}
/** The settings are invalid. The text says what was found and what was expected. */
export class SettingsError extends Error {}
/** The input's schema does not match. The text names the column and says what was expected. */
export class SchemaError extends Error {}
/** The whole batch cannot be processed. */
export class DataError extends Error {}

/** Fields of a type, without nulls; see `nullable`. */
export function boolean(name: string): Field;
export function int32(name: string): Field;
export function int64(name: string): Field;
export function float64(name: string): Field;
export function date32(name: string): Field;
export function timestampUs(name: string): Field;
export function utf8(name: string): Field;
export function binary(name: string): Field;
/** The same column, which may contain nulls. */
export function nullable(field: Field): Field;

/** The columns of a batch, in order. */
export interface Schema {
  readonly fields: Field[];
  readonly names: string[];
  has(name: string): boolean;
  /** @throws {SchemaError} that lists the existing columns */
  field(name: string): Field;
  index(name: string): number;
  /** Starts a contract over an input of this schema. */
  contract(): Contract;
}

/** The columns that a transform reads and writes. The output's columns are in the order of the calls. */
export interface Contract {
  /** Reads the column of this name, which must have this type; without a type, any type. */
  read(name: string, dataType?: DataType): this;
  /** Passes columns through unchanged. */
  pass(...names: string[]): this;
  passAll(): this;
  passAllExcept(...names: string[]): this;
  /** Makes new columns. */
  make(...fields: Field[]): this;
  readonly reads: Field[];
  readonly made: Field[];
  toWit(): WitContract;
}

/** The batch that `columns` receives. */
export interface Batch {
  readonly rows: number;
  /** A column as an array, with null for nulls. */
  column(name: string): any[];
  /** A column in the interface's form, to return it or to pass it to the host. */
  raw(name: string): Column;
  /** Omits a row, as a filter does. */
  leaveOut(row: number): boolean;
  /** Rejects a row. Only the first rejection of a row counts. */
  reject(row: number, code: string, message: string): void;
}

type Rows = object | object[] | null | undefined | void;

/** One run, by rows, or by whole columns, which is faster. */
export interface Run<In extends object = Row> {
  /** Returns a row with the new columns, several rows, or nothing to omit the row. */
  row?(row: In): Rows;
  /** Returns an array or a column, as long as the batch, for each new column. */
  columns?(batch: Batch): Record<string, Given[] | Column>;
  /** At the end of the stream: returns the rows that are still held, with every column of the output. */
  finish?(): object[];
  /** State that survives a reload, a value that can be written as JSON. */
  save?(): unknown;
  restore?(saved: any): void;
}

/** The definition of a transform. */
export interface Definition<Settings extends object, In extends object> {
  /** The settings with their defaults; `REQUIRED` for a required one. */
  settings?: Settings;
  /** Chooses the columns. */
  describe(schema: Schema, settings: Settings): Contract;
  /** Starts one run, and returns a function for a row, or a run. */
  start(schema: Schema, settings: Settings): ((row: In) => Rows) | Run<In>;
}

/** The exports of a plugin: `export const { transform } = transformer({ … })`, with `state` if its state survives a reload. */
export function transformer<Settings extends object = {}, In extends object = Row>(
  definition: Definition<Settings, In>,
): { transform: Exports; state: State };

/** A column's values as an array, with null for nulls. */
export function toArray(column: Column, rows: number): Value[];
/** The column of a field with these values. */
export function toColumn(field: Field, array: readonly Given[]): Column;
/** Rows as a batch of these fields, for a side output. */
export function toBatch(fields: Field[], rows: object[]): WitBatch;
/** The text of UTF-8 bytes. */
export function decode(bytes: Uint8Array): string;
/** A text's bytes in UTF-8. */
export function encode(text: string): Uint8Array;
