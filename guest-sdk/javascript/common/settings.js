// Parses settings, which are JSON text.

/** Instead of a default: the setting is required. */
export const REQUIRED = Symbol("required");

const kind = (value) => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);
const article = (word) => (/^[aeiou]/.test(word) ? `an ${word}` : `a ${word}`);

/**
 * Returns the settings with their defaults, or throws a text that says what is wrong. A setting has its default's type; if the
 * default is `undefined`, `null` or `REQUIRED`, it can have any type.
 */
export function readSettings(text, defaults = {}) {
  const settings = JSON.parse(text);
  for (const [name, value] of Object.entries(settings)) {
    if (!Object.hasOwn(defaults, name)) {
      const known = Object.keys(defaults).join("`, `");
      throw `unknown field \`${name}\`, ${known === "" ? "this plugin has no settings" : `expected \`${known}\``}`;
    }
    const expected = kind(defaults[name]);
    if (!["undefined", "null", "symbol"].includes(expected) && kind(value) !== expected) {
      throw `\`${name}\` is ${article(kind(value))}; expected ${article(expected)}`;
    }
  }
  const all = { ...defaults, ...settings };
  const missing = Object.keys(all).find((name) => all[name] === REQUIRED);
  if (missing !== undefined) {
    throw `missing field \`${missing}\``;
  }
  return all;
}
