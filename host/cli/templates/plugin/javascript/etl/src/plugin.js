// Tidies people's names and adds how old they are; rows without a name are rejected. The beginning of {{name}}.
//
//   [stage.settings]
//   year = 2026

import { Reject, REQUIRED, int32, transformer, utf8 } from "@witdock/etl";

export const { transform } = transformer({
  settings: { year: REQUIRED },

  // What is read and what is made: only these columns cross between the host and the plugin.
  describe: (schema) =>
    schema
      .contract()
      .read("name", "utf8")
      .read("born", "utf8")
      .passAllExcept("name")
      .make(utf8("name"), int32("age")),

  // Begins one run, and gives the function of a row. What it holds between two rows are variables here.
  start: (schema, { year }) => (person) => {
    const name = person.name?.trim();
    if (!name) {
      throw new Reject("no-name", "`name` is empty, and a text was expected");
    }
    if (!/^\d+$/.test(person.born ?? "")) {
      throw new Reject("bad-year", `\`born\` is ${person.born}, and a year was expected`);
    }
    return { name, age: year - Number(person.born) };
  },
});
