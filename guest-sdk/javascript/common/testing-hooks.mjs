// Module hooks for Node.js, which resolve a plugin's imports outside a component. They run in a separate thread.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Names of modules, and the URLs of their replacements. */
const aliases = new Map();
/** The host's interfaces by name, with the names that each exports. */
const interfaces = new Map();

export function initialize(data) {
  for (const [name, url] of Object.entries(data.aliases ?? {})) {
    aliases.set(name, url);
  }
  for (const [name, exported] of Object.entries(data.interfaces ?? {})) {
    interfaces.set(name, exported);
  }
}

const isHost = (specifier) => /^(?!node:|file:|data:)[a-z][\w-]*:[a-z][\w:-]*\/[a-z]/.test(specifier);

export async function resolve(specifier, context, next) {
  if (aliases.has(specifier)) {
    return { url: aliases.get(specifier), shortCircuit: true };
  }
  return isHost(specifier) ? { url: specifier, shortCircuit: true } : next(specifier, context);
}

export async function load(url, context, next) {
  if (url.startsWith("file:") && /\.[mc]?ts(\?|$)/.test(url)) {
    const { transformSync } = await import("esbuild");
    const file = fileURLToPath(url);
    const { code } = transformSync(readFileSync(file, "utf8"), { loader: "ts", format: "esm", sourcefile: file, sourcemap: "inline" });
    return { format: "module", source: code, shortCircuit: true };
  }
  if (!isHost(url)) {
    return next(url, context);
  }
  const name = url.replace(/@.*$/, "");
  const exported = interfaces.get(name);
  if (exported === undefined) {
    throw new Error(`the plugin imports ${url}, but the test's host does not provide ${name}`);
  }
  const table = `globalThis[Symbol.for("witdock.host")][${JSON.stringify(name)}]`;
  // A function's name may be a keyword, such as `delete`.
  const lines = exported.map((member, index) => `const _${index} = ${table}.${member}; export { _${index} as ${member} };`);
  return { format: "module", source: lines.join("\n"), shortCircuit: true };
}
