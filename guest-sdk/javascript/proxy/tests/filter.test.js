import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../testing.js";

const fixture = new URL("fixture.js", import.meta.url);
const settings = { name: "x-who" };

test("headers and bodies are changed while they are here", async () => {
  const proxy = await load(fixture, { settings });
  const { request, response, end } = proxy.run({ method: "POST", path: "/a", headers: { "x-secret": "1" }, pieces: ["he", "llo"] });
  assert.deepEqual([request.get("x-who"), request.get("x-secret"), request.get("x-more")], [`POST 203.0.113.7 ${proxy.now}`, undefined, "false"]);
  assert.deepEqual([request.pieces, response.get("x-path"), response.body, end], [["HELLO!"], "/a", "ok", "complete"]);
  const whole = proxy.run({ method: "POST", body: "é" }).request;
  assert.deepEqual([whole.body, whole.get("content-length")], ["É!", "3"]);
  assert.equal(proxy.metrics.get("seen"), 2);
});

test("a filter answers, and its answer passes its own callbacks", async () => {
  const { request, response, details, properties } = (await load(fixture, { settings })).run({ path: "/deny" });
  assert.equal(request, undefined);
  assert.deepEqual([response.status, response.body, response.get("x-why"), response.get("x-path"), details], [403, "no\n", "denied", "/deny", "denied"]);
  assert.equal(properties["own.count"], "1");
});

test("calls are answered to the stream", async () => {
  const clusters = { login: ({ path }) => ({ headers: { "x-user": path } }) };
  const proxy = await load(fixture, { settings: { ...settings, cluster: "login" }, clusters });
  assert.equal(proxy.run().request.get("x-checked"), "/check");
  proxy.clusters.login = () => { throw "timeout"; };
  const { response, details } = proxy.run();
  assert.deepEqual([response.status, details], [503, "timeout"]);
});

test("an error ends the exchange and is logged", async () => {
  const proxy = await load(fixture, { settings });
  const { response, details } = proxy.run({ path: "/fail" });
  assert.deepEqual([response.status, details], [500, "invalid: the value of `x-bad` has control characters"]);
  assert.equal(proxy.lines[0].level, "error");
});

test("settings that do not fit are refused in plain words", async () => {
  await assert.rejects(load(fixture), (error) => error === "missing field `name`");
  await assert.rejects(load(fixture, { settings: { name: 1 , nam: 2 } }), (error) => /unknown field `nam`/.test(error));
  await assert.rejects(load(fixture, { settings: { name: "" } }), (error) => /`name` is empty/.test(error));
});

test("ticks come to the instance", async () => {
  const proxy = await load(fixture, { settings });
  const before = proxy.now;
  proxy.tick();
  assert.deepEqual([proxy.now - before, proxy.metrics.get("seen")], [1000, 100]);
});
