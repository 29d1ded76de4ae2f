// Turns what is selected into capitals, or the whole text where nothing is. The beginning of {{name}}.
//
// In the editor's config.toml:
//
//   [plugins.{{name}}]
//   key = "alt-u"

import { command, extension, NOTHING, notApplicable, parseSettings } from "@witdock/editor";
import { current, type Document } from "witdock:editor/documents@0.1.0";
import { status } from "witdock:editor/messages@0.1.0";
import { get } from "witdock:editor/selections@0.1.0";
import type { Range } from "witdock:editor/types@0.1.0";

const DEFAULTS = { key: "alt-u" };

export const plugin = extension({
  // What the editor may call: commands; also `events`, `abilities` and what else a registration has.
  activate(text) {
    const { key } = parseSettings(text, DEFAULTS);
    return { ...NOTHING, commands: [command("capitals", "Capitals", "Turns what is selected into capitals", [key])] };
  },

  // All edits of one command are one undo step; if it throws, none of them is made.
  runCommand() {
    const document = current();
    if (!document) {
      throw notApplicable("no document is open");
    }
    const edits = selected(document).flatMap((range) => {
      const text = document.text(range);
      const capitals = text.toUpperCase();
      return capitals === text ? [] : [{ range, text: capitals }];
    });
    document.apply(document.revision(), edits);
    const places = edits.length === 1 ? "one place" : `${edits.length} places`;
    status(edits.length === 0 ? "these are capitals already" : `changed in ${places}`);
  },
});

/** The bytes of each selection, or of the whole text where nothing is selected. */
function selected(document: Document): Range[] {
  const ranges = (get(document.id())?.selections ?? [])
    .map(({ anchor, head }) => ({ start: Math.min(anchor, head), end: Math.max(anchor, head) }))
    .filter(({ start, end }) => start < end);
  return ranges.length > 0 ? ranges : [{ start: 0, end: document.length() }];
}
