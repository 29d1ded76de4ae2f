import assert from "node:assert/strict";
import { test } from "node:test";

import { DataError, REQUIRED, Reject, SettingsError, int32, int64, nullable, transformer, utf8 } from "../index.js";
import { load } from "../testing.js";

const module = (source) => `data:text/javascript,${encodeURIComponent(source)}`;
const fields = [utf8("word"), int32("n")];
const rows = [{ word: "one", n: 1 }, { word: "two", n: 2 }, { word: "three", n: 3 }];

async function open(definition, settings) {
  globalThis.exported = transformer(definition);
  return (await load(module("export const { transform, state } = globalThis.exported;" + `//${Math.random()}`))).open(fields, settings);
}

const shout = (start) => ({
  describe: (schema) => schema.contract().read("word", "utf8").pass("n").make(nullable(utf8("shout"))),
  start,
});

test("a row gives a row, several, none, or is rejected", async () => {
  const session = await open(
    shout(() => ({ word }) => {
      if (word === "two") {
        throw new Reject("even", "two is even");
      }
      return word === "one" ? [{ shout: "ONE" }, { shout: null }] : undefined;
    }),
  );
  assert.deepEqual(session.process(rows), {
    rows: [{ n: 1, shout: "ONE" }, { n: 1, shout: null }],
    rejected: [{ row: 1, code: "even", message: "two is even" }],
  });
  assert.deepEqual(session.finish(), []);
});

test("columns give columns, of whose rows some do not come out", async () => {
  const session = await open(
    shout(() => ({
      columns(batch) {
        batch.leaveOut(0);
        batch.reject(0, "late", "it is left out");
        batch.reject(2, "odd", "three is odd");
        return { shout: batch.column("word").map((word) => word.toUpperCase()) };
      },
    })),
  );
  assert.deepEqual(session.process(rows), {
    rows: [{ n: 2, shout: "TWO" }],
    rejected: [{ row: 2, code: "odd", message: "three is odd" }],
  });
});

test("a column as it came can be given back", async () => {
  const whole = await open(shout(() => ({ columns: (batch) => ({ shout: batch.raw("word") }) })));
  assert.deepEqual(whole.process(rows).rows[2], { n: 3, shout: "three" });
  const part = await open(
    shout(() => ({ columns: (batch) => (batch.leaveOut(1), { shout: batch.raw("word") }) })),
  );
  assert.deepEqual(part.process(rows).rows, [{ n: 1, shout: "one" }, { n: 3, shout: "three" }]);
});

test("a wide number is given exactly or not at all", async () => {
  const wide = {
    describe: (schema) => schema.contract().read("id").make(nullable(int64("copy"))),
    start: () => ({ columns: (batch) => ({ copy: batch.raw("id") }) }),
  };
  globalThis.exported = transformer(wide);
  const plugin = await load(module("export const { transform } = globalThis.exported; // wide"));
  const process = (...ids) => plugin.open([nullable(int64("id"))]).process(ids.map((id) => ({ id }))).rows;
  assert.deepEqual(process(2n ** 53n - 1n, null, -5n), [{ copy: 2n ** 53n - 1n }, { copy: null }, { copy: -5n }]);
  assert.throws(() => process(1n, 2n ** 53n + 1n), { tag: "data", val: /^column `id`: row 1 is beyond 2\^53/ });
});

test("what is wrong with settings, schema and batch is told to the host", async () => {
  const refused = async (definition, settings, tag, val) =>
    assert.rejects(async () => (await open(definition, settings)).process(rows), (error) => {
      assert.equal(error.tag, tag);
      assert.match(error.val, val);
      return true;
    });
  const fine = shout(() => () => ({ shout: "" }));
  const settings = { key: REQUIRED, loud: false };
  await refused(fine, { x: 1 }, "settings", /^unknown field `x`, this plugin has no settings$/);
  await refused({ ...fine, settings }, { x: 1 }, "settings", /^unknown field `x`, expected `key`, `loud`$/);
  await refused({ ...fine, settings }, { key: "a", loud: 1 }, "settings", /^`loud` is a number; expected a boolean$/);
  await refused({ ...fine, settings }, {}, "settings", /^missing field `key`$/);
  const describe = (wanted) => ({ ...fine, describe: (schema) => wanted(schema.contract()) });
  await refused(describe((contract) => contract.read("x")), {}, "schema", /^there is no column `x`; the columns are word, n$/);
  await refused(describe((contract) => contract.read("n", "utf8")), {}, "schema", /^column `n` is int32; expected utf8$/);
  await refused(describe((contract) => contract.passAll().make(utf8("n"))), {}, "schema", /two columns `n`/);
  await refused(shout(() => { throw new SettingsError("no"); }), {}, "settings", /^no$/);
  await refused(shout(() => ({ columns: () => ({}) })), {}, "data", /returns no column `shout`/);
  await refused(shout(() => ({ columns: () => ({ shout: [] }) })), {}, "data", /`shout` has 0 rows, but the batch has 3/);
  await refused(shout(() => ({ columns: (batch) => batch.column("n") })), {}, "data", /column `n`, which its contract does not read/);
  await refused(shout(() => ({ word }) => ({ shout: word.nothing() })), {}, "data", /TypeError: .*nothing.* \(at /);
});

test("a run goes on from what the last one saved, and ends with rows of its own", async () => {
  const sum = {
    describe: (schema) => schema.contract().read("n", "int32").make(int64("sum")),
    start: () => {
      let sum = 0;
      return {
        row({ n }) {
          sum += n;
        },
        finish: () => [{ sum }],
        save: () => ({ sum }),
        restore(saved) {
          if (typeof saved.sum !== "number") {
            throw new DataError("the saved state has no sum");
          }
          ({ sum } = saved);
        },
      };
    },
  };
  const old = await open(sum);
  assert.deepEqual(old.process(rows), { rows: [], rejected: [] });
  const saved = old.save();
  const next = await open(sum);
  next.restore(saved);
  next.process([{ n: 36 }]);
  assert.deepEqual(next.finish(), [{ sum: 42n }]);
  assert.throws(() => next.restore(new TextEncoder().encode("{}")), (why) => why === "the saved state has no sum");
});
