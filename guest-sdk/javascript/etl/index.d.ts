/// <reference path="./host.d.ts" />

import type { Batch as WitBatch, Column, DataType, Field, Contract as WitContract } from "witdock:etl/types@0.1.0";
import type { Exports } from "witdock:etl/transform@0.1.0";
import type { Exports as State } from "witdock:plugin/state@0.1.0";

export { REQUIRED } from "../common/settings.js";
export type { Column, DataType, Field };

/** A value in a row or a column. An `int64` and a `timestamp-us` are bigints, a null is null. */
export type Value = boolean | number | bigint | string | Uint8Array | null;
/** What a value may be given as: the same, a whole number for a wide integer, a Date, undefined for a null. */
export type Given = Value | Date | undefined;
/** A row: values by the columns' names. A transform may say what they are, `(row: { distance: number | null }) => …`. */
export type Row = Record<string, any>;

/** A row is rejected, and the others go on. `code` is a short name to count and branch on, for example `bad-date`. */
export class Reject extends Error {
  constructor(code: string, message: string);
  readonly code: string;
}
/** The settings are wrong: what, and what was expected. */
export class SettingsError extends Error {}
/** The input's schema does not suit this transform: which column, and what was expected. */
export class SchemaError extends Error {}
/** The batch as a whole cannot be processed. */
export class DataError extends Error {}

/** Fields of a type, never null; see `nullable`. */
export function boolean(name: string): Field;
export function int32(name: string): Field;
export function int64(name: string): Field;
export function float64(name: string): Field;
export function date32(name: string): Field;
export function timestampUs(name: string): Field;
export function utf8(name: string): Field;
export function binary(name: string): Field;
/** The same column, whose rows may be null. */
export function nullable(field: Field): Field;

/** The columns of a batch, in order. */
export interface Schema {
  readonly fields: Field[];
  readonly names: string[];
  has(name: string): boolean;
  /** @throws {SchemaError} that lists the columns that there are */
  field(name: string): Field;
  index(name: string): number;
  /** Begins a contract over an input of this schema. */
  contract(): Contract;
}

/** What a transform will read and write. The output's columns stand in the order of the calls. */
export interface Contract {
  /** Reads the column of this name, which must be of this type; without a type, of whatever type it is. */
  read(name: string, dataType?: DataType): this;
  /** Passes columns on, untouched. */
  pass(...names: string[]): this;
  passAll(): this;
  passAllExcept(...names: string[]): this;
  /** Makes columns of its own. */
  make(...fields: Field[]): this;
  readonly reads: Field[];
  readonly made: Field[];
  toWit(): WitContract;
}

/** The batch that `columns` is given. */
export interface Batch {
  readonly rows: number;
  /** A column as an array, with null for a null. */
  column(name: string): any[];
  /** A column as it came, to be given back or to the host. */
  raw(name: string): Column;
  /** Leaves a row out, as a filter does. */
  leaveOut(row: number): boolean;
  /** Rejects a row. The first word on a row counts. */
  reject(row: number, code: string, message: string): void;
}

type Rows = object | object[] | null | undefined | void;

/** One run: rows, or whole columns, which is the faster way. */
export interface Run<In extends object = Row> {
  /** Gives a row with the columns that are made, several, or nothing, which leaves the row out. */
  row?(row: In): Rows;
  /** Gives an array or a column, as long as the batch, for each column that is made. */
  columns?(batch: Batch): Record<string, Given[] | Column>;
  /** At the stream's end: the rows that were held, with every column of the output. */
  finish?(): object[];
  /** State that outlives a reload, a value that JSON can write. */
  save?(): unknown;
  restore?(saved: any): void;
}

/** What a transform is made of. */
export interface Definition<Settings extends object, In extends object> {
  /** The settings with their defaults; `REQUIRED` for one that has none. */
  settings?: Settings;
  /** What is read and made. */
  describe(schema: Schema, settings: Settings): Contract;
  /** Begins one run, and gives the function of a row, or a run. */
  start(schema: Schema, settings: Settings): ((row: In) => Rows) | Run<In>;
}

/** The exports of a plugin: `export const { transform } = transformer({ … })`, with `state` for one whose state outlives a reload. */
export function transformer<Settings extends object = {}, In extends object = Row>(
  definition: Definition<Settings, In>,
): { transform: Exports; state: State };

/** A column's values as an array, with null for a null. */
export function toArray(column: Column, rows: number): Value[];
/** The column of a field with these values. */
export function toColumn(field: Field, array: readonly Given[]): Column;
/** Rows as a batch of these fields: what a side output takes. */
export function toBatch(fields: Field[], rows: object[]): WitBatch;
/** The text of UTF-8 bytes. */
export function decode(bytes: Uint8Array): string;
/** A text's bytes in UTF-8. */
export function encode(text: string): Uint8Array;
