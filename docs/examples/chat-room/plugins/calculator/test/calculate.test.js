// Natively, without a host: `node --test`.

import assert from "node:assert";
import { test } from "node:test";
import { calculate } from "../src/calculate.js";

test("an expression is worked out", () => {
  assert.equal(calculate("6 * 7"), "6 * 7 = 42");
  assert.throws(() => calculate("6 *"), SyntaxError);
});
