// Runs a plugin natively, for its tests under `node --test`. The test provides the host's functions.
//
//   host({ "acme:mail/outbox": { send: (letter) => sent.push(letter) } });
//   const { plugin } = await import("../src/plugin.js");

import { register } from "node:module";

const TABLE = Symbol.for("witdock.host");

/**
 * Provides interfaces, by name and without their versions, to plugins that are imported afterwards. Each is an object of functions
 * in camelCase and classes in PascalCase, as in a component. Functions that a world imports directly are on `globalThis`, there
 * and here. `aliases` are modules by name, and their URLs.
 */
export function host(interfaces, aliases = {}) {
  globalThis[TABLE] = { ...globalThis[TABLE], ...interfaces };
  const names = Object.entries(interfaces).map(([name, members]) => [name, Object.keys(members)]);
  register("./testing-hooks.mjs", import.meta.url, { data: { aliases, interfaces: Object.fromEntries(names) } });
}
