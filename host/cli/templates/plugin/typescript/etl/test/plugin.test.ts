import assert from "node:assert/strict";
import { test } from "node:test";

import { int32, load, nullable, utf8 } from "@witdock/etl/testing";

const plugin = await load(new URL("../src/plugin.ts", import.meta.url));
const fields = [nullable(utf8("name")), int32("age")];

test("texts are tidied, and empty ones rejected", () => {
  const session = plugin.open(fields, { column: "name" });
  const { rows, rejected } = session.process([
    { name: " ada ", age: 36 },
    { name: " ", age: 1 },
    { name: null, age: 2 },
    { name: "42", age: 3 },
  ]);
  assert.deepEqual(rows, [
    { age: 36, name: "ada", initial: "A" },
    { age: 3, name: "42", initial: null },
  ]);
  assert.deepEqual(rejected.map(({ row, code }) => [row, code]), [[1, "empty"], [2, "empty"]]);
});

test("a column that is not there is told before the first row", () => {
  assert.throws(() => plugin.describe(fields, { column: "nam" }), { tag: "schema" });
  assert.throws(() => plugin.describe(fields, {}), { tag: "settings" });
});
