// Makes a component of a plugin in JavaScript: what the `build.mjs` of each interface's SDK does.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const interfaces = fileURLToPath(new URL("../../../wit", import.meta.url));

/**
 * The whole of a `build.mjs`, whose arguments are SOURCE and OUTPUT.
 *
 * `name` is the interface's, as in `wit/editor` and `witdock:editor`; `sdk` is the module that a plugin imports as
 * `@witdock/editor`; `exported` says what the world exports, given the names that the plugin's module exports;
 * `packages` gives the functions of esbuild and componentize-qjs once they are installed beside `sdk`.
 */
export async function main({ name, sdk, exported, packages }) {
  const [source, output] = process.argv.slice(2);
  if (output === undefined) {
    console.error("usage: node build.mjs SOURCE OUTPUT");
    process.exit(2);
  }
  const home = dirname(sdk);
  if (!existsSync(join(home, "node_modules"))) {
    console.log(`installing the build's packages in ${home}`);
    execFileSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: home, stdio: "inherit" });
  }
  const { build, componentize } = await packages();

  // One folder with the interface and what it depends on, as the component's builder wants it.
  const wit = mkdtempSync(join(tmpdir(), "witdock-wit-"));
  try {
    cpSync(join(interfaces, name), wit, { recursive: true });
    cpSync(join(interfaces, "plugin"), join(wit, "deps/plugin"), { recursive: true });

    const bundled = await build({
      entryPoints: [source],
      bundle: true,
      format: "esm",
      write: false,
      metafile: true,
      external: ["witdock:*"],
      alias: { [`@witdock/${name}`]: sdk },
      logLevel: "silent",
    });
    const [{ imports, exports }] = Object.values(bundled.metafile.outputs);
    const offered = exported(exports);
    const missing = offered.find((path) => !path.includes(":") && !exports.includes(path));
    if (missing !== undefined) {
      throw `${source} does not export \`${missing}\``;
    }
    // Of the interface only what the plugin uses: what a component imports it has to be granted.
    const used = new Set(imports.map(({ path }) => path).filter((path) => path.startsWith("witdock:")));
    // The interface's own parts stand beside this world, and have no other name there.
    const own = `witdock:${name}/`;
    const local = (path) => (path.startsWith(own) ? path.slice(own.length).replace(/@.*$/, "") : path);
    const lines = [
      ...[...used].map((path) => `  import ${local(path)};`),
      ...offered.map((path) => `  export ${path};`),
    ];
    writeFileSync(join(wit, "built.wit"), ["world built {", ...lines, "}", ""].join("\n"));
    const { component } = await componentize({
      witPath: wit,
      jsSource: bundled.outputFiles[0].text,
      jsPath: resolve(source),
      world: `witdock:${name}/built`,
      // The host's calls are synchronous, and it lends no WASI: what is not granted is not imported.
      sync: true,
      stubWasi: true,
    });
    mkdirSync(dirname(resolve(output)), { recursive: true });
    writeFileSync(output, component);
  } catch (error) {
    // esbuild's errors have their places; one line for each, as editors find them.
    for (const { text, location } of error.errors ?? [{ text: String(error) }]) {
      const place = location ? `${location.file}:${location.line}:${location.column + 1}: ` : "";
      console.error(`${place}error: ${text}`);
    }
    process.exitCode = 1;
  } finally {
    rmSync(wit, { recursive: true });
  }
}
