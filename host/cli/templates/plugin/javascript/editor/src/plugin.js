// {{name}}: turns the selection into capitals, or the whole text if nothing is selected.
//
// In the editor's config.toml:
//
//   [plugins.{{name}}]
//   key = "alt-u"

import { command, extension, NOTHING, notApplicable, parseSettings } from "@witdock/editor";
import { current } from "witdock:editor/documents@0.1.0";
import { status } from "witdock:editor/messages@0.1.0";
import { get } from "witdock:editor/selections@0.1.0";

const DEFAULTS = { key: "alt-u" };

export const plugin = extension({
  // Registers commands. A registration may also have `events`, `abilities` and more.
  activate(text) {
    const { key } = parseSettings(text, DEFAULTS);
    return { ...NOTHING, commands: [command("capitals", "Capitals", "Turns the selection into capitals", [key])] };
  },

  // All edits of a command are one undo step. If it throws, none of them is applied.
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
    status(edits.length === 0 ? "nothing to change" : `changed in ${places}`);
  },
});

/**
 * The byte ranges of the selections, or of the whole text if nothing is selected.
 * @param {import("witdock:editor/documents@0.1.0").Document} document
 */
function selected(document) {
  const ranges = (get(document.id())?.selections ?? [])
    .map(({ anchor, head }) => ({ start: Math.min(anchor, head), end: Math.max(anchor, head) }))
    .filter(({ start, end }) => start < end);
  return ranges.length > 0 ? ranges : [{ start: 0, end: document.length() }];
}
