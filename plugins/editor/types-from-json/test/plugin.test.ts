import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../../../../guest-sdk/javascript/editor/testing.js";

const plugin = new URL("../src/plugin.ts", import.meta.url);

test("types take the place of the JSON that is selected", async () => {
  const editor = await load(plugin, { text: `é = {"a": 1};` });
  editor.select(5, 13);
  editor.run("replace");
  assert.equal(editor.text, "é = export interface Root {\n  a: number;\n};");
});

test("without a selection the whole document's are copied", async () => {
  const editor = await load(plugin, { text: `{"a": 1}\n`, settings: { name: "Reply" } });
  editor.run("copy");
  assert.equal(editor.clipboard, "export interface Reply {\n  a: number;\n}\n");
  assert.deepEqual(editor.messages, [{ text: "copied 3 lines of types" }]);
});

test("what is no JSON stays", async () => {
  const editor = await load(plugin, { text: "a b" });
  assert.throws(() => editor.run("replace"), { tag: "not-applicable", val: "no JSON is selected" });
  editor.select(0, 3);
  assert.throws(() => editor.run("replace"), ({ tag, val }) => tag === "not-applicable" && val.startsWith("this is not JSON: "));
  assert.equal(editor.text, "a b");
  await assert.rejects(load(plugin, { settings: { name: "a b" } }), { tag: "settings" });
});
