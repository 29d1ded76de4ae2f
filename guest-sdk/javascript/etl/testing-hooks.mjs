// How a plugin's imports are found outside a component.

const SDK = new URL("index.js", import.meta.url).href;

/** No host is there: nobody counts or writes a log, and nobody lends a table or takes rows. */
const HOST = {
  "witdock:etl/metrics": "export function count() {} export function gauge() {} export function observe() {}",
  "witdock:etl/lookup": `export function open(name) {
    throw { tag: "unavailable", val: "there is no host to lend " + name };
  }`,
  "witdock:etl/side-output": `export function emit(name) {
    throw { tag: "unavailable", val: "there is no host to take rows for " + name };
  }`,
  "witdock:plugin/log": `export function write() {} export function panicked() {}
  export const maxLevel = () => "error";`,
};

export async function resolve(specifier, context, next) {
  if (specifier === "@witdock/etl") {
    return { url: SDK, shortCircuit: true };
  }
  return specifier.startsWith("witdock:") ? { url: specifier, shortCircuit: true } : next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.startsWith("witdock:")) {
    return next(url, context);
  }
  const source = HOST[url.replace(/@.*$/, "")];
  if (source === undefined) {
    throw new Error(`a transform cannot import ${url}`);
  }
  return { format: "module", source, shortCircuit: true };
}
