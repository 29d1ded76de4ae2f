// Takes the space around a column of text away, and rejects rows in which nothing is left. The beginning of {{name}}.
//
//   [stage.settings]
//   column = "name"

import { Reject, REQUIRED, nullable, transformer, utf8 } from "@witdock/etl";

export const { transform } = transformer({
  settings: { column: REQUIRED },

  // What is read and what is made: only these columns cross between the host and the plugin.
  describe: (schema, { column }) =>
    schema.contract().read(column, "utf8").passAllExcept(column).make(utf8(column), nullable(utf8("initial"))),

  // Begins one run, and gives the function of a row.
  start: (schema, { column }) => (row) => {
    const text = row[column]?.trim();
    if (!text) {
      throw new Reject("empty", `\`${column}\` is empty, and a text was expected`);
    }
    return { [column]: text, initial: /^\p{L}/u.exec(text)?.[0].toUpperCase() };
  },
});
