// Builds the component, with ComponentizeJS: its engine has `fetch`, `Request` and `Response` over `wasi:http`. Its packages are installed
// on first use.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const load = async () => (await import("@bytecodealliance/componentize-js")).componentize;
const componentize = await load().catch((error) => {
  if (error.code !== "ERR_MODULE_NOT_FOUND") {
    throw error;
  }
  const windows = process.platform === "win32";
  execFileSync(windows ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund"], { stdio: "inherit", shell: windows });
  return load();
});

// One file is all that the engine reads.
const module = readFileSync("src/echo.js", "utf8").replace(/^export /gm, "");
const source = module + readFileSync("src/index.js", "utf8").replace(/^import .*\n/gm, "");
const { component } = await componentize(source, { witPath: "wit", worldName: "application" });
mkdirSync("build", { recursive: true });
writeFileSync("build/plugin.wasm", component);
