// Builds the component of a filter: `node build.mjs SOURCE OUTPUT`. The command of a plugin's `[build]`.

import { fileURLToPath } from "node:url";
import { main } from "../common/component.mjs";

await main({
  name: "proxy",
  sdk: fileURLToPath(new URL("index.js", import.meta.url)),
  // `export const { filter, httpFilter, events } = …` has ticks, queues and calls of its own.
  exported: (names) => ["filter", "http-filter", ...(names.includes("events") ? ["events"] : [])],
});
