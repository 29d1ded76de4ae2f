// Converts text to and from UTF-8. A component has no TextDecoder, so the conversion goes through a string whose characters are
// bytes, which the engine makes fast, and whose ASCII parts need no decoding.

const NOT_ASCII = /[^\0-\x7f]/;
/** A number of arguments that every engine accepts. */
const CALL_ARGUMENTS = 8192;

/** A string with one character for each byte. */
export const fromBytes = Uint8Array.prototype.toBase64
  ? (bytes) => atob(bytes.toBase64())
  : (bytes) => {
      let characters = "";
      for (let start = 0; start < bytes.length; start += CALL_ARGUMENTS) {
        characters += String.fromCharCode.apply(null, bytes.subarray(start, start + CALL_ARGUMENTS));
      }
      return characters;
    };

/** The bytes of such a string. */
export const toBytes = Uint8Array.fromBase64
  ? (characters) => Uint8Array.fromBase64(btoa(characters))
  : (characters) => Uint8Array.from(characters, (character) => character.charCodeAt(0));

// `escape` writes each byte as %XX, which decodeURIComponent reads as UTF-8, and the reverse.
const decodeCharacters = (characters) => decodeURIComponent(escape(characters));
const encodeCharacters = (text) => unescape(encodeURIComponent(text.toWellFormed?.() ?? text));

/** The text of UTF-8 bytes. */
export function decode(bytes) {
  const characters = fromBytes(bytes);
  return NOT_ASCII.test(characters) ? decodeCharacters(characters) : characters;
}

/** A text's bytes in UTF-8. */
export function encode(text) {
  return toBytes(NOT_ASCII.test(text) ? encodeCharacters(text) : text);
}

/** The texts of a column: all bytes become characters at once, and only texts that are not ASCII are decoded one by one. */
export function decodeAll({ offsets, data }) {
  const characters = fromBytes(data);
  const ascii = !NOT_ASCII.test(characters);
  const texts = new Array(offsets.length - 1);
  for (let row = 0, start = offsets[0]; row < texts.length; row++) {
    const end = offsets[row + 1];
    const text = characters.slice(start, end);
    texts[row] = ascii || !NOT_ASCII.test(text) ? text : decodeCharacters(text);
    start = end;
  }
  return texts;
}

/** The column of these texts. */
export function encodeAll(texts) {
  const offsets = new Int32Array(texts.length + 1);
  let all = texts.join("");
  const ascii = !NOT_ASCII.test(all);
  if (!ascii) {
    texts = texts.map((text) => (NOT_ASCII.test(text) ? encodeCharacters(text) : text));
    all = texts.join("");
  }
  let end = 0;
  for (let row = 0; row < texts.length; row++) {
    end += texts[row].length;
    offsets[row + 1] = end;
  }
  return { offsets, data: toBytes(all) };
}
