// The errors that a transform throws. Any other error fails the batch too, with the place where it was thrown.

/** Rejects one row; the others are processed. `code` is a short code to count and branch on, for example `bad-date`. */
export class Reject extends Error {
  name = "Reject";
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** The settings are invalid. The text says what was found and what was expected. */
export class SettingsError extends Error {
  name = "SettingsError";
  tag = "settings";
}

/** The input's schema does not match. The text names the column and says what was expected. */
export class SchemaError extends Error {
  name = "SchemaError";
  tag = "schema";
}

/** The whole batch cannot be processed. */
export class DataError extends Error {
  name = "DataError";
  tag = "data";
}

/** Converts an error to the host's variant. */
export function told(error) {
  if (error instanceof SettingsError || error instanceof SchemaError || error instanceof DataError) {
    return { tag: error.tag, val: error.message };
  }
  return { tag: "data", val: inWords(error) };
}

/** An unexpected error's message with the place where it was thrown. Errors of the host are variants and have no place. */
function inWords(error) {
  const { tag, val } = error?.payload ?? error ?? {};
  if (typeof tag === "string") {
    return `${tag}: ${val}`;
  }
  const place = error?.stack?.split("\n").map((line) => line.trim()).find((line) => line.startsWith("at "));
  return place === undefined ? String(error) : `${error} (${place})`;
}
