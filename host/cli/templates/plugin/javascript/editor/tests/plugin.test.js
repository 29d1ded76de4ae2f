import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "@witdock/editor/testing";

const plugin = new URL("../src/plugin.js", import.meta.url);

test("the selection becomes capitals", async () => {
  const editor = await load(plugin, { text: "one straße" });
  editor.select(4, 11);
  editor.run("capitals");
  assert.equal(editor.text, "one STRASSE");
  assert.deepEqual(editor.messages, [{ text: "changed in one place" }]);
});

test("without a selection, the whole text becomes capitals", async () => {
  const editor = await load(plugin, { text: "one two" });
  editor.run("capitals");
  assert.equal(editor.text, "ONE TWO");
});

test("the key is a setting", async () => {
  const editor = await load(plugin, { settings: { key: "f5" } });
  assert.deepEqual(editor.registration.commands[0].defaultKeys, ["f5"]);
  await assert.rejects(load(plugin, { settings: { key: 5 } }), { tag: "settings" });
});
