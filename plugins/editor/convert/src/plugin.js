// Converts each selection.

import { current } from "witdock:editor/documents@0.1.0";
import { get } from "witdock:editor/selections@0.1.0";
import { NOTHING, command, notApplicable, parseSettings } from "@witdock/editor";
import { CONVERSIONS, convert } from "./convert.js";

const start = ({ anchor, head }) => (anchor < head ? anchor : head);
const end = ({ anchor, head }) => (anchor < head ? head : anchor);

export const plugin = {
  activate(settings) {
    parseSettings(settings);
    const commands = Object.entries(CONVERSIONS).map(([name, [title]]) =>
      command(name, title, "Converts the selection"),
    );
    return { ...NOTHING, commands };
  },

  runCommand(name) {
    const document = current();
    const selected = document && get(document.id())?.selections.filter((one) => one.anchor !== one.head);
    if (!selected?.length) {
      throw notApplicable("nothing is selected");
    }
    const edits = selected.map((one) => {
      const range = { start: start(one), end: end(one) };
      try {
        return { range, text: convert(name, document.text(range)) };
      } catch (why) {
        throw typeof why === "string" ? notApplicable(why) : why;
      }
    });
    document.apply(document.revision(), edits);
  },

  onEvent() {},
  format: () => [],
  complete: () => [],
  hover: () => undefined,
};
