// Parses the lines of a web server's log.
//
//   [stage.settings]
//   column = "line"    # the column of lines; the default is "line"
//   keep = false       # whether to keep that column

import { int32, int64, nullable, timestampUs, transformer, utf8 } from "@witdock/etl";
import { parse } from "./line.js";

export const { transform } = transformer({
  settings: { column: "line", keep: false },

  describe(schema, { column, keep }) {
    const contract = schema.contract().read(column, "utf8");
    return (keep ? contract.passAll() : contract.passAllExcept(column)).make(
      utf8("ip"),
      timestampUs("time"),
      utf8("method"),
      utf8("path"),
      int32("status"),
      nullable(int64("bytes")),
      nullable(utf8("referrer")),
      nullable(utf8("user_agent")),
    );
  },

  start: (schema, { column }) => (row) => parse(row[column]),
});
