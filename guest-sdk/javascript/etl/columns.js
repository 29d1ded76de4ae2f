// Columns as arrays, and arrays as columns.
//
//   type          value in an array            also accepted
//   boolean       boolean
//   int32         number
//   int64         bigint                       a whole number
//   float64       number
//   date32        number of days since 1970    a Date, whose day in UTC counts
//   timestamp-us  bigint of microseconds       a whole number, a Date
//   utf8          string
//   binary        Uint8Array
//
// A null is null; undefined means null too. An `ipc` column cannot be an array, because only Arrow can read it.
//
// The engine passes 64-bit integers as numbers, which are rounded beyond 2^53. Such a value is an error instead of being
// rounded silently. Output is exact.

import { DataError } from "./errors.js";
import { decodeAll, encodeAll } from "../common/text.js";

const DAY_MILLISECONDS = 86_400_000;
const INT64 = [-(2n ** 63n), 2n ** 63n - 1n];

const bit = (bitmap, row) => (bitmap[row >> 3] >> (row & 7)) & 1;

function bitmap(rows, isSet) {
  const bytes = new Uint8Array((rows + 7) >> 3);
  for (let row = 0; row < rows; row++) {
    if (isSet(row)) {
      bytes[row >> 3] |= 1 << (row & 7);
    }
  }
  return bytes;
}

function byteRows({ offsets, data }) {
  return Array.from({ length: offsets.length - 1 }, (_, row) => data.subarray(offsets[row], offsets[row + 1]));
}

const isWide = (tag) => tag === "int64" || tag === "timestamp-us";

function wideRows(val, validity) {
  const values = new Array(val.length);
  for (let row = 0; row < val.length; row++) {
    const value = val[row];
    if (typeof value === "bigint" || Number.isSafeInteger(value)) {
      values[row] = BigInt(value);
    } else if (!validity || bit(validity, row)) {
      throw new DataError(`row ${row} is beyond 2^53, where a plugin in JavaScript is not given the exact value`);
    } else {
      values[row] = 0n;
    }
  }
  return values;
}

/** A column in the interface's form, with exact values. */
export function exact({ validity, values: { tag, val } }) {
  return { validity, values: { tag, val: isWide(tag) ? BigInt64Array.from(wideRows(val, validity)) : val } };
}

/** A column's values as an array, with null for nulls. */
export function toArray({ validity, values: { tag, val } }, rows) {
  let values;
  switch (tag) {
    case "boolean":
      values = Array.from({ length: rows }, (_, row) => bit(val, row) === 1);
      break;
    case "utf8":
      values = decodeAll(val);
      break;
    case "binary":
      values = byteRows(val);
      break;
    case "ipc":
      throw new DataError("an ipc column cannot be read as an array");
    case "int64":
    case "timestamp-us":
      values = wideRows(val, validity);
      break;
    default:
      values = Array.from(val);
  }
  if (validity) {
    for (let row = 0; row < rows; row++) {
      if (!bit(validity, row)) {
        values[row] = null;
      }
    }
  }
  return values;
}

const fits32 = (value) => (value | 0) === value;
const days = (value) => (value instanceof Date ? Math.floor(value.getTime() / DAY_MILLISECONDS) : value);
const microseconds = (value) => (value instanceof Date ? BigInt(value.getTime()) * 1000n : value);

function int64(value) {
  if (typeof value === "bigint") {
    return value >= INT64[0] && value <= INT64[1] ? value : undefined;
  }
  return Number.isSafeInteger(value) ? BigInt(value) : undefined;
}

function fill(values, array, convert) {
  for (let row = 0; row < array.length; row++) {
    const value = array[row];
    if (value !== null && value !== undefined) {
      const converted = convert(value);
      if (converted === undefined) {
        throw row;
      }
      values[row] = converted;
    }
  }
  return values;
}

function bytesColumn(array) {
  const offsets = new Int32Array(array.length + 1);
  for (let row = 0; row < array.length; row++) {
    offsets[row + 1] = offsets[row] + (array[row]?.length ?? 0);
  }
  const data = new Uint8Array(offsets[array.length]);
  array.forEach((bytes, row) => bytes && data.set(bytes, offsets[row]));
  return { offsets, data };
}

/** By type: the expected values, for messages, and a function that converts an array. It throws the row of an invalid value. */
const KINDS = {
  boolean: [
    "a boolean",
    (array) => {
      fill([], array, (value) => (typeof value === "boolean" ? value : undefined));
      return bitmap(array.length, (row) => array[row]);
    },
  ],
  int32: [
    "a whole number of 32 bits",
    (array) => fill(new Int32Array(array.length), array, (value) => (fits32(value) ? value : undefined)),
  ],
  int64: [
    "a bigint or whole number of 64 bits",
    (array) => fill(new BigInt64Array(array.length), array, int64),
  ],
  float64: [
    "a number",
    (array) =>
      fill(new Float64Array(array.length), array, (value) => (typeof value === "number" ? value : undefined)),
  ],
  date32: [
    "a Date, or a whole number of days",
    (array) =>
      fill(new Int32Array(array.length), array, (value) => {
        const day = days(value);
        return fits32(day) ? day : undefined;
      }),
  ],
  "timestamp-us": [
    "a Date, or a bigint or whole number of microseconds",
    (array) =>
      fill(new BigInt64Array(array.length), array, (value) =>
        value instanceof Date && Number.isNaN(value.getTime()) ? undefined : int64(microseconds(value)),
      ),
  ],
  utf8: [
    "a string",
    (array) =>
      encodeAll(fill(new Array(array.length).fill(""), array, (value) => (typeof value === "string" ? value : undefined))),
  ],
  binary: [
    "a Uint8Array",
    (array) => bytesColumn(fill([], array, (value) => (value instanceof Uint8Array ? value : undefined))),
  ],
};

/** The column of a field with these values. */
export function toColumn({ name, dataType, nullable }, array) {
  const kind = KINDS[dataType];
  if (kind === undefined) {
    throw new DataError(`\`${name}\` is ${dataType}, which no array can be made into`);
  }
  const firstNull = array.findIndex((value) => value === null || value === undefined);
  if (firstNull >= 0 && !nullable) {
    throw new DataError(`\`${name}\` is null in row ${firstNull} of the output, but the contract says that it is not nullable`);
  }
  const [expected, convert] = kind;
  try {
    const validity =
      firstNull < 0 ? undefined : bitmap(array.length, (row) => array[row] !== null && array[row] !== undefined);
    return { validity, values: { tag: dataType, val: convert(array) } };
  } catch (row) {
    if (typeof row !== "number") {
      throw row;
    }
    throw new DataError(`\`${name}\` is ${shown(array[row])} in row ${row} of the output; expected ${expected}`);
  }
}

const shown = (value) =>
  typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : typeof value === "bigint" ? `${value}n` : String(value);

/** Rows as a batch of these fields, for a side output. */
export function toBatch(fields, rows) {
  return { rows: rows.length, columns: fields.map((field) => toColumn(field, rows.map((row) => row[field.name]))) };
}
