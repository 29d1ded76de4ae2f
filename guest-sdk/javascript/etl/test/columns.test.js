import assert from "node:assert/strict";
import { test } from "node:test";

import { binary, boolean, date32, float64, int32, int64, nullable, timestampUs, utf8 } from "../schema.js";
import { toArray, toColumn } from "../columns.js";
import { decode, decodeAll, encode, encodeAll } from "../../common/text.js";

const there = (field, values) => toArray(toColumn(nullable(field("x")), values), values.length);

test("values come back as they went, with nulls", () => {
  for (const [field, values] of [
    [boolean, [true, false, null, true, true, false, true, false, true]],
    [int32, [1, null, -(2 ** 31), 2 ** 31 - 1]],
    [int64, [1n, null, -(2n ** 63n), 2n ** 63n - 1n]],
    [float64, [1.5, null, -0, Infinity]],
    [date32, [-1, null, 20_000]],
    [timestampUs, [-1n, null, 1_700_000_000_000_000n]],
    [utf8, ["", null, "plain", "größer", "😀"]],
    [binary, [new Uint8Array([0, 255]), null, new Uint8Array()]],
  ]) {
    assert.deepEqual(there(field, values), values);
    assert.deepEqual(there(field, []), []);
  }
});

test("a column without a null has no bitmap", () => {
  assert.equal(toColumn(utf8("x"), ["a"]).validity, undefined);
  assert.deepEqual(toColumn(nullable(utf8("x")), ["a", null, "c"]).validity, new Uint8Array([0b101]));
});

test("numbers and dates are taken where they say the same", () => {
  const date = new Date(Date.UTC(2024, 1, 29, 23, 59, 59, 999));
  assert.deepEqual(there(int64, [3, undefined]), [3n, null]);
  assert.deepEqual(there(timestampUs, [date, 5]), [1_709_251_199_999_000n, 5n]);
  assert.deepEqual(there(date32, [date, new Date(-1)]), [19_782, -1]);
});

test("a value of another type is named with its row", () => {
  const refused = (field, values, message) => assert.throws(() => toColumn(field("x"), values), { tag: "data", message });
  refused(utf8, ["a", null], "`x` is null in row 1 of the output, but the contract says that it is not nullable");
  refused(utf8, ["a", 1], "`x` is 1 in row 1 of the output; expected a string");
  refused(int32, [2 ** 31], "`x` is 2147483648 in row 0 of the output; expected a whole number of 32 bits");
  refused(int64, [2n ** 63n], "`x` is 9223372036854775808n in row 0 of the output; expected a bigint or whole number of 64 bits");
  refused(int64, [1.5], "`x` is 1.5 in row 0 of the output; expected a bigint or whole number of 64 bits");
  for (const [field, value] of [[boolean, 1], [float64, "1"], [date32, new Date(NaN)], [timestampUs, new Date(NaN)], [binary, "a"]]) {
    assert.throws(() => toColumn(field("x"), [value]), { tag: "data" });
  }
});

test("text is cut by bytes, whatever its characters", () => {
  const texts = ["a", "é", "", "日本", "😀b", "plain"];
  const column = encodeAll(texts);
  assert.deepEqual(Array.from(column.offsets), [0, 1, 3, 3, 9, 14, 19]);
  assert.deepEqual(column.data, new TextEncoder().encode(texts.join("")));
  assert.deepEqual(decodeAll(column), texts);
  assert.equal(decode(encode("x\ud800")), "x\ufffd");
  const long = "0123456789".repeat(5000);
  assert.deepEqual(decodeAll(encodeAll([long, "é"])), [long, "é"]);
});
