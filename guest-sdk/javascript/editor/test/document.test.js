import assert from "node:assert/strict";
import { test } from "node:test";

import { Document } from "../testing-document.js";

const at = (start, end, text) => ({ range: { start, end }, text });

test("edits move selections, and are refused where the editor refuses them", () => {
  const document = new Document("é two\r\n", "a.txt", "text");
  document.selections = { selections: [{ anchor: 3, head: 6 }], primary: 0 };
  assert.equal(document.apply(1, [at(0, 2, "one"), at(6, 6, "!")]), 2);
  assert.equal(document.wholeText(), "one two!\r\n");
  assert.deepEqual(document.selections.selections, [{ anchor: 4, head: 8 }]);
  assert.deepEqual([document.lineEnding(), document.lineCount(), document.lineAt(10)], ["\r\n", 2, 1]);
  assert.deepEqual(document.lines(0, 1), [{ start: 0, text: "one two!" }]);
  const refused = (edits, error, against = 1) => {
    assert.throws(() => new Document("é", "a.txt", "text").apply(against, edits), error);
  };
  refused([], { tag: "stale", val: 1 }, 7);
  refused([at(1, 1, "")], { tag: "not-on-boundary", val: 0 });
  refused([at(0, 3, "")], { tag: "out-of-range", val: 0 });
  refused([at(0, 2, ""), at(0, 0, "")], { tag: "overlapping", val: 1 });
});
