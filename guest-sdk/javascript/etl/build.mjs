// Builds the component of a plugin: `node build.mjs SOURCE OUTPUT`. The command of a plugin's `[build]`.

import { fileURLToPath } from "node:url";
import { main } from "../common/component.mjs";

await main({
  name: "etl",
  sdk: fileURLToPath(new URL("index.js", import.meta.url)),
  // `export const { transform, state } = …` keeps its state across reloads.
  exported: (names) => ["transform", ...(names.includes("state") ? ["witdock:plugin/state@0.1.0"] : [])],
});
