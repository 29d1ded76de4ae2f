import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { int32, load, nullable, utf8 } from "../../../../guest-sdk/javascript/etl/testing.js";
import { sha256 } from "../src/sha256.js";

const plugin = await load(new URL("../src/index.js", import.meta.url));
const fields = [utf8("email"), int32("age"), nullable(utf8("phone"))];
const node = (bytes) => createHash("sha256").update(bytes).digest("hex");

test("SHA-256 is Node's, whatever the length", () => {
  assert.equal(
    sha256(new TextEncoder().encode("abc")),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 31 + length) & 255);
    assert.equal(sha256(bytes), node(bytes));
  }
});

test("columns are masked where they stand, and nulls stay", () => {
  const session = plugin.open(fields, { columns: { phone: "partial", email: "hash" }, salt: "s" });
  const rows = [
    { email: "ada@example.org", age: 36, phone: "+44 20 7946-0958" },
    { email: "é", age: 1, phone: null },
    { email: "ada@example.org", age: 3, phone: "12 34" },
  ];
  const out = session.process(rows).rows;
  assert.deepEqual(Object.keys(out[0]), ["email", "age", "phone"]);
  assert.deepEqual(out.map(({ email }) => email), rows.map(({ email }) => node(`s${email}`)));
  assert.deepEqual(out.map(({ age, phone }) => [age, phone]), [[36, "+** ** ****-0958"], [1, null], [3, "** **"]]);
});

test("a redacted text says nothing, not even how long it is", () => {
  const session = plugin.open([utf8("name")], { columns: { name: "redact" } });
  assert.deepEqual(session.process([{ name: "" }, { name: "Ada" }]).rows, [{ name: "***" }, { name: "***" }]);
});

test("settings that do not fit are refused", () => {
  const refused = (settings, tag, val) => assert.throws(() => plugin.describe(fields, settings), { tag, val });
  refused({}, "settings", "missing field `columns`");
  refused({ columns: "email" }, "settings", '`columns` is a table of columns and masks, such as { email = "hash" }');
  refused(
    { columns: { email: "hide" } },
    "settings",
    "column `email`: unknown mask `hide`; expected `hash`, `redact`, `partial`",
  );
  refused({ columns: { name: "hash" } }, "schema", "there is no column `name`; the columns are email, age, phone");
  refused({ columns: { age: "hash" } }, "schema", "column `age` is int32; expected utf8");
});
