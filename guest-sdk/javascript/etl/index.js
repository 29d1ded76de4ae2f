// Transforms of witdock-etl in JavaScript: a stage over rows or over columns.
//
// The host's functions are imported by name, `import { count } from "witdock:etl/metrics@0.1.0"`. Each interface needs a grant,
// except the log (`witdock:plugin/log@0.1.0`).

export { REQUIRED } from "../common/settings.js";
export { toArray, toBatch, toColumn } from "./columns.js";
export { DataError, Reject, SchemaError, SettingsError } from "./errors.js";
export { binary, boolean, date32, float64, int32, int64, nullable, timestampUs, utf8 } from "./schema.js";
export { decode, encode } from "../common/text.js";
export { transformer } from "./transformer.js";
