// Helpers for plugins of witdock-edit in JavaScript.
//
// The interface's functions are imported by name, `import { current } from "witdock:editor/documents@0.1.0"`, and the
// plugin is the module's export `plugin`. Names are in camelCase, offsets are numbers that count UTF-8 bytes (a BigInt
// traps), variants are `{ tag, val }`, options are a value or undefined, and errors are thrown.

import { readSettings } from "../common/settings.js";

export { REQUIRED } from "../common/settings.js";

/** A registration that registers nothing: spread it, and name what the plugin does. */
export const NOTHING = {
  commands: [],
  events: {},
  abilities: {},
  languages: [],
  fileTypes: [],
  completionTriggers: [],
};

/**
 * A plugin of these functions. Those of the interface that it lacks do nothing, since what is not registered is not called. An Error
 * that nobody foresaw is told with its place, where the editor takes errors.
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

/** An error with the place where it was thrown. One of the host's is a variant, and has no place. */
function inWords(error) {
  const { tag, val } = error.payload ?? {};
  if (typeof tag === "string") {
    return val === undefined ? tag : `${tag}: ${val}`;
  }
  const place = error.stack?.split("\n").map((line) => line.trim()).find((line) => line.startsWith("at "));
  return place === undefined ? String(error) : `${error} (${place})`;
}

/** A command as a registration lists it. Without its keys it is in the palette alone. */
export function command(name, title, description = "", defaultKeys = []) {
  return { name, title, description, defaultKeys };
}

/** The editor's settings for this plugin, or a thrown error that says what is wrong with them. */
export function parseSettings(text, defaults = {}) {
  try {
    return readSettings(text, defaults);
  } catch (why) {
    throw { tag: "settings", val: String(why) };
  }
}

/** How many bytes a text has in UTF-8: what offsets count. */
export function utf8Length(text) {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0);
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}

/** An error of a command: it does not apply here, and why. It is shown quietly. */
export function notApplicable(why) {
  return { tag: "not-applicable", val: why };
}

/** An error of a command: it could not be done, and why. */
export function failed(why) {
  return { tag: "failed", val: why };
}
