// Generates TypeScript types for JSON: they replace the selected JSON, or are copied for the whole document.

import { write } from "witdock:editor/clipboard@0.1.0";
import { current, type Document } from "witdock:editor/documents@0.1.0";
import { status } from "witdock:editor/messages@0.1.0";
import { get } from "witdock:editor/selections@0.1.0";
import type { Range } from "witdock:editor/types@0.1.0";
import { NOTHING, command, extension, notApplicable, parseSettings } from "@witdock/editor";
import { declarations } from "./declarations.ts";

const DEFAULTS = { name: "Root" };
let settings = DEFAULTS;

export const plugin = extension({
  activate(text) {
    settings = parseSettings(text, DEFAULTS);
    if (!/^\p{Lu}[\p{L}\p{N}]*$/u.test(settings.name)) {
      throw { tag: "settings", val: '`name` must be a type name, for example "Root"' };
    }
    return {
      ...NOTHING,
      commands: [
        command("replace", "Types for the selected JSON", "Replaces the selected JSON by TypeScript types"),
        command("copy", "Copy types for this JSON", "Copies TypeScript types for the selected JSON, or for the whole document"),
      ],
    };
  },

  runCommand(name) {
    const document = current();
    if (!document) {
      throw notApplicable("no document is open");
    }
    const range = selected(document);
    if (name === "replace" && range === undefined) {
      throw notApplicable("no JSON is selected");
    }
    const json = range === undefined ? document.wholeText() : document.text(range);
    const types = typesOf(json, indentOf(document));
    if (name === "replace" && range !== undefined) {
      document.apply(document.revision(), [{ range, text: json.endsWith("\n") ? types : types.trimEnd() }]);
    } else {
      write(types);
      status(`copied ${types.split("\n").length - 1} lines of types`);
    }
  },
});

/** The primary selection, if anything is selected. */
function selected(document: Document): Range | undefined {
  const set = get(document.id());
  const primary = set?.selections[set.primary];
  if (primary === undefined || primary.anchor === primary.head) {
    return undefined;
  }
  return { start: Math.min(primary.anchor, primary.head), end: Math.max(primary.anchor, primary.head) };
}

function indentOf(document: Document): string {
  const indentation = document.indentation();
  return indentation.tag === "tabs" ? "\t" : " ".repeat(indentation.val);
}

function typesOf(json: string, indent: string): string {
  try {
    return declarations(json, settings.name, indent);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw notApplicable(`this is not JSON: ${error.message}`);
    }
    throw error;
  }
}
