import assert from "node:assert/strict";
import { test } from "node:test";

import { NOTHING, command, extension, failed, notApplicable, parseSettings, utf8Length } from "../index.js";

test("what a plugin lacks does nothing", () => {
  const plugin = extension({});
  assert.equal(plugin.activate("{}"), NOTHING);
  assert.deepEqual([plugin.format(), plugin.complete(), plugin.hover()], [[], [], undefined]);
});

test("an error that nobody foresaw is told with its place, and another as it is", () => {
  const plugin = extension({
    commands: [command("a", "A")],
    activate: (text) => ({ ...NOTHING, ...parseSettings(text, { key: "a" }) }),
    runCommand(name) {
      if (name === "quiet") {
        throw notApplicable("not here");
      }
      return this.commands.nothing.at.all;
    },
  });
  assert.throws(() => plugin.runCommand("quiet"), { tag: "not-applicable", val: "not here" });
  assert.throws(() => plugin.activate('{"key": 1}'), { tag: "settings", val: "`key` is a number; expected a string" });
  assert.throws(() => plugin.runCommand("loud"), ({ tag, val }) => {
    assert.equal(tag, failed("").tag);
    assert.match(val, /^TypeError: .*\(at .*extension\.test\.js:\d+:\d+\)?\)$/);
    return true;
  });
});

test("lengths are those of UTF-8", () => {
  assert.deepEqual(["", "a", "é", "€", "😀"].map(utf8Length), [0, 1, 2, 3, 4]);
});
