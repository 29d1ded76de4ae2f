import assert from "node:assert/strict";
import { test } from "node:test";

import { int32, load, nullable, utf8 } from "../../../../guest-sdk/javascript/etl/testing.js";

const plugin = await load(new URL("../src/index.js", import.meta.url));
const fields = [int32("shard"), nullable(utf8("line"))];

const parse = (...lines) => plugin.open(fields).process(lines.map((line) => ({ shard: 7, line })));

const line = (parts = {}) => {
  const { time = "10/Oct/2023:13:55:36 -0700", request = "GET /a?b=1 HTTP/1.1", status = "200", bytes = "2326", end = "" } = parts;
  return `203.0.113.9 - - [${time}] "${request}" ${status} ${bytes}${end}`;
};

test("Common Log Format has no referrer and no user agent", () => {
  const { rows, rejected } = parse(line());
  assert.deepEqual(rejected, []);
  assert.deepEqual(rows, [
    {
      shard: 7,
      ip: "203.0.113.9",
      time: BigInt(Date.UTC(2023, 9, 10, 20, 55, 36)) * 1000n,
      method: "GET",
      path: "/a?b=1",
      status: 200,
      bytes: 2326n,
      referrer: null,
      user_agent: null,
    },
  ]);
});

test("Combined Log Format has both, with quotes escaped", () => {
  const { rows } = parse(
    line({ end: ' "https://example.org/é" "an \\"agent\\" \\\\ 1"' }),
    line({ end: ' "-" "curl"', bytes: "-" }),
    '::1 - ada lovelace [29/Feb/2024:00:00:00 +0530] "OPTIONS *" 204 0 "-" "-"',
  );
  assert.deepEqual(
    rows.map(({ referrer, user_agent }) => [referrer, user_agent]),
    [["https://example.org/é", 'an "agent" \\ 1'], [null, "curl"], [null, null]],
  );
  assert.equal(rows[1].bytes, null);
  assert.deepEqual([rows[2].ip, rows[2].method, rows[2].path], ["::1", "OPTIONS", "*"]);
  assert.equal(rows[2].time, BigInt(Date.UTC(2024, 1, 28, 18, 30)) * 1000n);
});

test("a line that is none is rejected with what is wrong", () => {
  const bad = [
    [null, "not-a-log-line"],
    ["", "not-a-log-line"],
    ["hello", "not-a-log-line"],
    [`${line()} extra`, "not-a-log-line"],
    [line({ time: "30/Feb/2023:13:55:36 -0700" }), "bad-time"],
    [line({ time: "10/Okt/2023:13:55:36 -0700" }), "bad-time"],
    [line({ time: "10/Oct/2023:24:00:00 -0700" }), "bad-time"],
    [line({ time: "10/Oct/2023:13:55:36" }), "bad-time"],
    [line({ request: "-" }), "bad-request"],
    [line({ request: "\\x16\\x03" }), "bad-request"],
    [line({ status: "999" }), "bad-status"],
    [line({ bytes: "many" }), "bad-bytes"],
    [line({ bytes: "9999999999999999999" }), "bad-bytes"],
  ];
  const { rows, rejected } = parse(line(), ...bad.map(([text]) => text), line());
  assert.equal(rows.length, 2);
  assert.deepEqual(
    rejected.map(({ row, code }) => [row, code]),
    bad.map(([, code], index) => [index + 1, code]),
  );
  assert.equal(rejected[9].message, "`\\x16\\x03` is not a request such as GET / HTTP/1.1");
});

test("the column of lines has a name, and may stay", () => {
  const names = (settings) => plugin.describe([utf8("line"), utf8("raw")], settings).map(({ name }) => name);
  assert.deepEqual(names({}).slice(0, 2), ["raw", "ip"]);
  assert.deepEqual(names({ column: "raw", keep: true }).slice(0, 3), ["line", "raw", "ip"]);
  assert.throws(() => names({ column: "x" }), { tag: "schema", val: "there is no column `x`; the columns are line, raw" });
});
