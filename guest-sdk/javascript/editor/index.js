// Helpers for plugins of witdock-edit in JavaScript.
//
// The editor's functions are imported by name, `import { current } from "witdock:editor/documents@0.1.0"`, and the
// module exports `plugin`. Names are in camelCase, offsets are numbers that count UTF-8 bytes (a BigInt
// traps), variants are `{ tag, val }`, options are a value or undefined, and errors are thrown.

import { readSettings } from "../common/settings.js";

export { REQUIRED } from "../common/settings.js";

/** An empty registration: spread it, and add what the plugin registers. */
export const NOTHING = {
  commands: [],
  events: {},
  abilities: {},
  languages: [],
  fileTypes: [],
  completionTriggers: [],
};

/**
 * A plugin with these functions. Missing functions do nothing; the editor calls nothing that is not registered. A thrown Error is
 * reported with its place, if the function can return errors.
 */
export function extension(functions) {
  const plugin = {
    activate: () => NOTHING,
    runCommand() {},
    onEvent() {},
    format: () => [],
    complete: () => [],
    hover: () => undefined,
    ...functions,
  };
  for (const name of ["activate", "runCommand", "format"]) {
    const call = plugin[name];
    plugin[name] = (...values) => {
      try {
        return call.apply(plugin, values);
      } catch (error) {
        throw error instanceof Error ? failed(inWords(error)) : error;
      }
    };
  }
  return plugin;
}

/** An error's message with the place where it was thrown. Errors of the host are variants and have no place. */
function inWords(error) {
  const { tag, val } = error.payload ?? {};
  if (typeof tag === "string") {
    return val === undefined ? tag : `${tag}: ${val}`;
  }
  const place = error.stack?.split("\n").map((line) => line.trim()).find((line) => line.startsWith("at "));
  return place === undefined ? String(error) : `${error} (${place})`;
}

/** A command for a registration. Without keys it is only in the palette. */
export function command(name, title, description = "", defaultKeys = []) {
  return { name, title, description, defaultKeys };
}

/** The editor's settings for this plugin. Throws an error if they are invalid. */
export function parseSettings(text, defaults = {}) {
  try {
    return readSettings(text, defaults);
  } catch (why) {
    throw { tag: "settings", val: String(why) };
  }
}

/** The number of bytes of a text in UTF-8, which offsets count. */
export function utf8Length(text) {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0);
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}

/** The error of a command that does not apply here, with the reason. It is shown as information. */
export function notApplicable(why) {
  return { tag: "not-applicable", val: why };
}

/** The error of a command that failed, with the reason. */
export function failed(why) {
  return { tag: "failed", val: why };
}
