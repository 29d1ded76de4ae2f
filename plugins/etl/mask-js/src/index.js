// Masks columns of text.
//
//   [stage.settings]
//   columns = { email = "hash", name = "redact", phone = "partial" }
//   salt = "…"    # prepended to the text before hashing, against dictionary attacks
//
// A hash is SHA-256 in hexadecimal: equal texts stay equal. A null stays null.

import { REQUIRED, SettingsError, encode, transformer } from "@witdock/etl";
import { sha256 } from "./sha256.js";

/** The number of characters that stay readable. */
const READABLE = 4;
const LETTER = /[\p{L}\p{N}]/gu;

/** The masks by name: functions of the salt and a text. */
const MASKS = {
  hash: (salt) => (text) => sha256(encode(salt + text)),
  redact: () => () => "***",
  // All letters and digits except the last become stars, so that the form stays visible.
  partial: () => (text) => {
    const letters = text.match(LETTER)?.length ?? 0;
    let hidden = letters > READABLE ? letters - READABLE : letters;
    return text.replace(LETTER, (letter) => (hidden-- > 0 ? "*" : letter));
  },
};

/** Masks whole columns. Each distinct text of a batch is masked once. */
function masked(texts, mask) {
  const known = new Map([[null, null]]);
  return texts.map((text) => {
    let hidden = known.get(text);
    if (hidden === undefined) {
      known.set(text, (hidden = mask(text)));
    }
    return hidden;
  });
}

export const { transform } = transformer({
  settings: { columns: REQUIRED, salt: "" },

  describe(schema, { columns }) {
    if (columns === null || typeof columns !== "object" || Array.isArray(columns)) {
      throw new SettingsError('`columns` is a table of columns and masks, such as { email = "hash" }');
    }
    const contract = schema.contract();
    for (const [column, mask] of Object.entries(columns)) {
      if (!Object.hasOwn(MASKS, mask)) {
        const known = Object.keys(MASKS).join("`, `");
        throw new SettingsError(`column \`${column}\`: unknown mask \`${mask}\`; expected \`${known}\``);
      }
      contract.read(column, "utf8");
    }
    // A masked column keeps its position.
    for (const field of schema.fields) {
      Object.hasOwn(columns, field.name) ? contract.make(field) : contract.pass(field.name);
    }
    return contract;
  },

  start(schema, { columns, salt }) {
    const masks = Object.entries(columns).map(([column, mask]) => [column, MASKS[mask](salt)]);
    return {
      columns: (batch) =>
        Object.fromEntries(masks.map(([column, mask]) => [column, masked(batch.column(column), mask)])),
    };
  },
});
