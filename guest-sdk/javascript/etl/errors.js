// What a transform throws. Any other error fails the batch too, with the place where it was thrown.

/** This row is rejected, and the others go on. `code` is a short name to count and branch on, for example `bad-date`. */
export class Reject extends Error {
  name = "Reject";
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** The settings are wrong: what, and what was expected. */
export class SettingsError extends Error {
  name = "SettingsError";
  tag = "settings";
}

/** The input's schema does not suit this transform: which column, and what was expected. */
export class SchemaError extends Error {
  name = "SchemaError";
  tag = "schema";
}

/** The batch as a whole cannot be processed. */
export class DataError extends Error {
  name = "DataError";
  tag = "data";
}

/** What is thrown at the host, whose word for an error is a variant. */
export function told(error) {
  if (error instanceof SettingsError || error instanceof SchemaError || error instanceof DataError) {
    return { tag: error.tag, val: error.message };
  }
  return { tag: "data", val: inWords(error) };
}

/** An error that nobody foresaw, with the place where it was thrown. One of the host's is a variant, and has no place. */
function inWords(error) {
  const { tag, val } = error?.payload ?? error ?? {};
  if (typeof tag === "string") {
    return `${tag}: ${val}`;
  }
  const place = error?.stack?.split("\n").map((line) => line.trim()).find((line) => line.startsWith("at "));
  return place === undefined ? String(error) : `${error} (${place})`;
}
