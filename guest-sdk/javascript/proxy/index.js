// Filters of witdock-proxy in JavaScript.
//
// The proxy's functions are imported by name, `import { get } from "witdock:proxy/shared-data@0.1.0"`. Each interface needs a grant,
// except the log (`witdock:plugin/log@0.1.0`).

export { REQUIRED } from "../common/settings.js";
export { decode, encode } from "../common/text.js";
export { call, callFromInstance } from "./call.js";
export { proxyFilter } from "./filter.js";
export { property, setProperty, sourceAddress, time } from "./properties.js";
export { update } from "./shared.js";
