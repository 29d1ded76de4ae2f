// Settings, which the host gives as JSON text.

/** In place of a default: the setting has none, and has to be given. */
export const REQUIRED = Symbol("required");

const kind = (value) => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);
const article = (word) => (/^[aeiou]/.test(word) ? `an ${word}` : `a ${word}`);

/**
 * The settings with their defaults, or a text that is thrown and says what is wrong with them. A setting is of its default's
 * type; one whose default is `undefined`, `null` or `REQUIRED` is of any.
 */
export function readSettings(text, defaults = {}) {
  const settings = JSON.parse(text);
  for (const [name, value] of Object.entries(settings)) {
    if (!Object.hasOwn(defaults, name)) {
      const known = Object.keys(defaults).join("`, `");
      throw `unknown field \`${name}\`, ${known === "" ? "there are none" : `expected \`${known}\``}`;
    }
    const expected = kind(defaults[name]);
    if (!["undefined", "null", "symbol"].includes(expected) && kind(value) !== expected) {
      throw `\`${name}\` is ${article(kind(value))}, and ${article(expected)} was expected`;
    }
  }
  const all = { ...defaults, ...settings };
  const missing = Object.keys(all).find((name) => all[name] === REQUIRED);
  if (missing !== undefined) {
    throw `missing field \`${missing}\``;
  }
  return all;
}
