// The conversions, from text to text. A conversion that does not apply throws the reason.

const words = (text) =>
  text
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .split(/[^\p{L}\d]+/u)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());

const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

function number(text, pattern, what) {
  const digits = text.trim().replace(/_/g, "");
  if (!pattern.test(digits)) {
    throw `\`${text}\` is not a ${what}`;
  }
  return BigInt(digits);
}

function decoded(decode, text, what) {
  try {
    return decode(text);
  } catch {
    throw `this is not ${what}`;
  }
}

/** The conversions by name, each with its title and function. */
export const CONVERSIONS = {
  camel: ["To camelCase", (text) => words(text).map((word, index) => (index ? capital(word) : word)).join("")],
  pascal: ["To PascalCase", (text) => words(text).map(capital).join("")],
  snake: ["To snake_case", (text) => words(text).join("_")],
  kebab: ["To kebab-case", (text) => words(text).join("-")],
  constant: ["To CONSTANT_CASE", (text) => words(text).join("_").toUpperCase()],
  upper: ["To UPPER CASE", (text) => text.toUpperCase()],
  lower: ["To lower case", (text) => text.toLowerCase()],
  "url-encode": ["Encode for a URL", encodeURIComponent],
  "url-decode": ["Decode from a URL", (text) => decoded(decodeURIComponent, text, "part of a URL")],
  "json-escape": ["To a JSON string", (text) => JSON.stringify(text)],
  "json-unescape": [
    "From a JSON string",
    (text) => {
      const value = decoded(JSON.parse, text, "a JSON string");
      if (typeof value !== "string") {
        throw "this is JSON, but not a string";
      }
      return value;
    },
  ],
  hex: ["To hexadecimal", (text) => `0x${number(text, /^\d+$/, "decimal number").toString(16)}`],
  decimal: [
    "To decimal",
    (text) => number(text, /^0(x[\da-f]+|b[01]+|o[0-7]+)$/i, "number with 0x, 0b or 0o before it").toString(),
  ],
};

/** Converts a text. */
export function convert(name, text) {
  const conversion = CONVERSIONS[name];
  if (conversion === undefined) {
    throw `unknown conversion ${name}`;
  }
  return conversion[1](text);
}
