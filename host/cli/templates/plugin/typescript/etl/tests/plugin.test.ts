import assert from "node:assert/strict";
import { test } from "node:test";

import { load, nullable, utf8 } from "@witdock/etl/testing";

const plugin = await load(new URL("../src/plugin.ts", import.meta.url));
const fields = [nullable(utf8("name")), nullable(utf8("born")), utf8("city")];

test("names are tidied, and rows without a name are rejected", () => {
  const { rows, rejected } = plugin.open(fields, { year: 1852 }).process([
    { name: " Ada ", born: "1815", city: "London" },
    { name: " ", born: "1900", city: "Paris" },
    { name: "Grace", born: "long ago", city: "New York" },
    { name: null, born: null, city: "Rome" },
  ]);
  assert.deepEqual(rows, [{ born: "1815", city: "London", name: "Ada", age: 37 }]);
  assert.deepEqual(
    rejected.map(({ row, code }) => [row, code]),
    [[1, "no-name"], [2, "bad-year"], [3, "no-name"]],
  );
});

test("a misfit is reported before the first row", () => {
  assert.throws(() => plugin.describe(fields, {}), { tag: "settings", val: "missing field `year`" });
  assert.throws(() => plugin.describe([utf8("name")], { year: 1852 }), { tag: "schema" });
});
