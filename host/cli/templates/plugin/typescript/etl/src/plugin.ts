// {{name}}: tidies people's names and adds their age; rejects rows without a name.
//
//   [stage.settings]
//   year = 2026

import { Reject, REQUIRED, int32, transformer, utf8 } from "@witdock/etl";

interface Settings {
  year: number;
}

interface Person {
  name: string | null;
  born: string | null;
}

export const { transform } = transformer({
  settings: { year: REQUIRED } as Settings,

  // The columns that are read and made. Only these cross between the host and the plugin.
  describe: (schema) =>
    schema
      .contract()
      .read("name", "utf8")
      .read("born", "utf8")
      .passAllExcept("name")
      .make(utf8("name"), int32("age")),

  // Starts a run and returns the function that is called for each row. Variables here are kept between rows.
  start: (schema, { year }) => (person: Person) => {
    const name = person.name?.trim();
    if (!name) {
      throw new Reject("no-name", "`name` is empty");
    }
    if (!/^\d+$/.test(person.born ?? "")) {
      throw new Reject("bad-year", `invalid year \`${person.born}\` in \`born\``);
    }
    return { name, age: year - Number(person.born) };
  },
});
