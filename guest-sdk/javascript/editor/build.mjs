// Makes a component of a plugin: `node build.mjs SOURCE OUTPUT`. The command of a plugin's `[build]`.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [source, output] = process.argv.slice(2);
if (output === undefined) {
  console.error("usage: node build.mjs SOURCE OUTPUT");
  process.exit(2);
}

const sdk = dirname(fileURLToPath(import.meta.url));
if (!existsSync(join(sdk, "node_modules"))) {
  console.log(`installing the build's packages in ${sdk}`);
  execFileSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: sdk, stdio: "inherit" });
}
const esbuild = await import("esbuild");
const { componentize } = await import("componentize-qjs");

// One folder with the interface and what it depends on, as the component's builder wants it.
const wit = mkdtempSync(join(tmpdir(), "witdock-wit-"));
try {
  const interfaces = join(sdk, "../../../wit");
  cpSync(join(interfaces, "editor"), wit, { recursive: true });
  cpSync(join(interfaces, "plugin"), join(wit, "deps/plugin"), { recursive: true });

  const bundled = await esbuild.build({
    entryPoints: [source],
    bundle: true,
    format: "esm",
    write: false,
    metafile: true,
    external: ["witdock:*"],
    alias: { "@witdock/editor": join(sdk, "index.js") },
    logLevel: "silent",
  });
  // Of the interface only what the plugin uses: what a component imports it has to be granted.
  const [{ imports }] = Object.values(bundled.metafile.outputs);
  const used = new Set(imports.map(({ path }) => path).filter((path) => path.startsWith("witdock:")));
  // The editor's own interfaces stand beside this world, and have no other name there.
  const local = (path) => path.replace(/^witdock:editor\/(.*)@.*$/, "$1");
  const lines = [...used].map((path) => `  import ${local(path)};`);
  writeFileSync(
    join(wit, "built.wit"),
    ["world built {", ...lines, "  export plugin;", "}", ""].join("\n"),
  );
  const { component } = await componentize({
    witPath: wit,
    jsSource: bundled.outputFiles[0].text,
    jsPath: resolve(source),
    world: "witdock:editor/built",
    // The editor's calls are synchronous, and it lends no WASI: what is not granted is not imported.
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
