// Builds the component of a plugin in JavaScript or TypeScript, for the `build.mjs` of each interface's SDK.

import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
/** Where the WIT is: beside the SDK in a project, or at the root of witdock's repository. */
const INTERFACES = ["../wit", "../../../wit"].map((path) => join(HERE, path));

/**
 * The main function of a `build.mjs` whose arguments are SOURCE and OUTPUT.
 *
 * `name` is the interface's, as in `wit/editor` and `witdock:editor`; `sdk` is the module that a plugin imports as
 * `@witdock/editor`; `exported` maps the names that the plugin's module exports to the exports of the world.
 */
export async function main({ name, sdk, exported }) {
  const [source, output] = arguments_("SOURCE OUTPUT");
  // The builder needs one folder with the interface and its dependencies.
  const wit = mkdtempSync(join(tmpdir(), "witdock-wit-"));
  try {
    const interfaces = INTERFACES.find((path) => existsSync(path));
    cpSync(join(interfaces, name), wit, { recursive: true });
    cpSync(join(interfaces, "plugin"), join(wit, "deps/plugin"), { recursive: true });
    await make({
      source,
      output,
      wit,
      alias: { [`@witdock/${name}`]: sdk },
      world({ imports, exports }) {
        // Only the interfaces that the plugin uses, because every import needs a grant.
        const used = new Set(imports.map(({ path }) => path));
        // The interfaces of this package are named without their package here.
        const own = `witdock:${name}/`;
        const local = (path) => (path.startsWith(own) ? path.slice(own.length).replace(/@.*$/, "") : path);
        const lines = [
          ...[...used].map((path) => `  import ${local(path)};`),
          ...exported(exports).map((path) => `  export ${path};`),
        ];
        writeFileSync(join(wit, "built.wit"), ["world built {", ...lines, "}", ""].join("\n"));
        return `witdock:${name}/built`;
      },
    });
  } finally {
    rmSync(wit, { recursive: true });
  }
}

/** The main function of a `build.mjs` for any interface, whose arguments are WIT, WORLD, SOURCE and OUTPUT. */
export async function mainOfWorld() {
  const [given, world, source, output] = arguments_("WIT WORLD SOURCE OUTPUT");
  const wit = mkdtempSync(join(tmpdir(), "witdock-wit-"));
  try {
    cpSync(given, statSync(given).isDirectory() ? wit : join(wit, "world.wit"), { recursive: true });
    const packages = readdirSync(wit, { recursive: true }).filter((name) => name.endsWith(".wit"));
    const hasLog = packages.some((name) => /^package witdock:plugin@/m.test(readFileSync(join(wit, name), "utf8")));
    if (!hasLog) {
      cpSync(join(INTERFACES.find((path) => existsSync(path)), "plugin"), join(wit, "deps/witdock-plugin"), { recursive: true });
    }
    // Every witdock host provides the log, whatever the world. Errors that would trap are reported there.
    const name = world.replace(/^.*\//, "").replace(/@.*$/, "");
    const built = ["world built-by-witdock {", `  include ${name};`, `  import ${LOG};`, "}", ""];
    writeFileSync(join(wit, "built-by-witdock.wit"), built.join("\n"));
    const qualified = world.replace(/\/[^@]*/, "/built-by-witdock");
    await make({ source, output, wit, alias: {}, guarded: true, world: () => qualified });
  } catch (error) {
    console.error(`error: ${error.code === "ENOENT" ? `there is no ${error.path}` : told(error)}`);
    process.exitCode = 1;
  } finally {
    rmSync(wit, { recursive: true });
  }
}

const LOG = "witdock:plugin/log@0.1.0";

function arguments_(usage) {
  const given = process.argv.slice(2);
  if (given.length !== usage.split(" ").length) {
    console.error(`usage: node build.mjs ${usage}`);
    process.exit(2);
  }
  return given;
}

async function make({ source, output, wit, alias, world, guarded = false }) {
  try {
    if (!existsSync(source)) {
      throw `file not found: ${source}`;
    }
    const { build, componentize } = await packages();
    const entry = JSON.stringify(resolve(source));
    const bundled = await build({
      stdin: {
        contents: `export * from ${entry};\nimport * as plugin from ${entry};\n${checked(source)}${guarded ? GUARD : ""}`,
        resolveDir: process.cwd(),
        sourcefile: "component.js",
      },
      bundle: true,
      format: "esm",
      target: "es2023",
      write: false,
      metafile: true,
      alias,
      plugins: [HOST],
      logLevel: "silent",
    });
    const [contents] = Object.values(bundled.metafile.outputs);
    const { component } = await componentize({
      witPath: wit,
      jsSource: bundled.outputFiles[0].text,
      jsPath: resolve(source),
      world: world(contents),
      // The host's calls are synchronous, and it provides no WASI.
      sync: true,
      stubWasi: true,
    });
    mkdirSync(dirname(resolve(output)), { recursive: true });
    writeFileSync(output, component);
  } catch (error) {
    // One line with the place for each of esbuild's errors, so that editors can parse them.
    for (const { text, location } of error.errors ?? [{ text: told(error) }]) {
      const place = location ? `${location.file}:${location.line}:${location.column + 1}: ` : "";
      console.error(`${place}error: ${text}`);
    }
    process.exitCode = 1;
  }
}

/** Modules named like the host's interfaces, `namespace:package/interface@version`, are provided by the host. */
const HOST = {
  name: "host",
  setup: (build) =>
    build.onResolve({ filter: /^[a-z][\w-]*:[a-z][\w:-]*\/[a-z]/ }, ({ path }) =>
      path.startsWith("node:") ? undefined : { path, external: true },
    ),
};

/**
 * Code that the component runs once, while it is built. It reports missing exports, which otherwise trap when they are called.
 * The engine lists functions by name; for a resource's, as in `constructorSession`, the class is checked.
 */
const checked = (source) => `
for (const [name, functions] of Object.entries(globalThis.__cqjs?.asyncExports ?? {})) {
  const [scope, members] = typeof functions === "function" ? [plugin, [name]] : [plugin[name], Object.keys(functions)];
  const where = scope === plugin ? ${JSON.stringify(source)} : "\`" + name + "\` in " + ${JSON.stringify(source)};
  if (scope === undefined) {
    throw new Error(${JSON.stringify(source)} + " does not export \`" + name + "\`");
  }
  for (const member of members) {
    const [, kind, resource] = /^(constructor|method|static)([A-Z].*)/.exec(member) ?? [];
    const wanted = kind === "constructor" ? resource : member;
    if ((kind === undefined || kind === "constructor") && typeof scope[wanted] !== "function") {
      throw new Error(where + " has no " + (kind ? "class" : "function") + " \`" + wanted + "\`");
    }
  }
}
`;

/** Wraps the functions of exported interfaces: an Error is not a value of the interface, and would trap without a message. */
const GUARD = `
import { panicked } from "${LOG}";
const guard = (call) => function (...values) {
  try {
    return call.apply(this, values);
  } catch (error) {
    if (error instanceof Error) {
      panicked(String(error) + "\\n" + (error.stack ?? "").trimEnd(), null);
    }
    throw error;
  }
};
for (const [name, functions] of Object.entries(globalThis.__cqjs?.asyncExports ?? {})) {
  if (typeof functions === "function" || !Object.isExtensible(plugin[name]) || Object.isFrozen(plugin[name])) {
    continue;
  }
  const classes = Object.keys(functions).flatMap((member) => /^constructor([A-Z].*)/.exec(member)?.[1] ?? []);
  for (const member of Object.keys(functions).filter((member) => typeof plugin[name][member] === "function")) {
    plugin[name][member] = guard(plugin[name][member]);
  }
  for (const { prototype } of classes.map((one) => plugin[name][one])) {
    for (const method of Object.getOwnPropertyNames(prototype)) {
      if (method !== "constructor" && typeof prototype[method] === "function") {
        prototype[method] = guard(prototype[method]);
      }
    }
  }
}
`;

/** The plugin's error message, without the builder's text around it. */
function told(error) {
  const text = typeof error === "string" ? error : (error.message ?? String(error));
  return text.trim().replace(/^(: )?(Failed to [\w ]+: )+(Error: )?/, "").replace(/\n\s+at [^]*$/, "");
}

/** Loads esbuild and componentize-qjs, from the project or this repository. Installs them on first use. */
async function packages() {
  const load = async () => ({ ...(await import("esbuild")), ...(await import("componentize-qjs")) });
  try {
    return await load();
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") {
      throw error;
    }
  }
  const home = [process.cwd(), HERE].find(asksForPackages);
  const npm = existsSync(join(home, "package-lock.json")) ? "ci" : "install";
  console.log(`installing the build's packages in ${home}: npm ${npm}`);
  try {
    const windows = process.platform === "win32";
    execFileSync(windows ? "npm.cmd" : "npm", [npm, "--no-audit", "--no-fund"], { cwd: home, stdio: "inherit", shell: windows });
  } catch (error) {
    throw error.code === "ENOENT" ? "npm is missing; it comes with Node.js 20: https://nodejs.org" : `npm ${npm} failed in ${home}`;
  }
  return load();
}

function asksForPackages(folder) {
  const file = join(folder, "package.json");
  const { dependencies, devDependencies } = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  return "componentize-qjs" in { ...dependencies, ...devDependencies };
}
