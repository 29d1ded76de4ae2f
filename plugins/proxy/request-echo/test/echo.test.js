import assert from "node:assert/strict";
import { test } from "node:test";
import { SHOWN, described } from "../src/echo.js";

test("a request is described", async () => {
  const request = new Request("http://localhost:8080/a?b=c", { method: "POST", headers: { x: "1" }, body: "hello" });
  const { method, url, headers, body } = await described(request);
  assert.deepEqual([method, url, body], ["POST", "http://localhost:8080/a?b=c", { bytes: 5, begins: "hello" }]);
  assert.ok(headers.some(([name, value]) => name === "x" && value === "1"));
});

test("a long body is counted and begins the answer", async () => {
  const request = new Request("http://x/", { method: "POST", body: "x".repeat(3000) });
  const { body } = await described(request);
  assert.deepEqual([body.bytes, body.begins.length], [3000, SHOWN]);
  assert.deepEqual((await described(new Request("http://x/"))).body, { bytes: 0, begins: "" });
});
