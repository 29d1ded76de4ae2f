import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "@witdock/proxy/testing";

const plugin = new URL("../src/plugin.ts", import.meta.url);
const settings = { below: "/internal" };

test("a hidden path is answered with 404", async () => {
  const proxy = await load(plugin, { settings });
  const { request, response } = proxy.run({ path: "/internal/metrics" });
  assert.deepEqual([request, response?.status], [undefined, 404]);
});

test("responses do not name their server", async () => {
  const proxy = await load(plugin, { settings, upstream: () => ({ headers: { server: "old" }, body: "hello" }) });
  const { response } = proxy.run();
  assert.deepEqual([response?.get("server"), response?.body], [undefined, "hello"]);
});

test("a setting that does not fit is refused", async () => {
  await assert.rejects(load(plugin, { settings: { below: "internal" } }), (error) => /expected a path/.test(String(error)));
});
