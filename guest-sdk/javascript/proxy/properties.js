// Properties: what the proxy knows of an exchange. Only filters that use them import the interface.

import { decode, encode } from "../common/text.js";
import { ofExchange, set } from "witdock:proxy/properties@0.1.0";

/** A property by its path, `property(stream, "source", "address")`: text, a number or a boolean; times and durations in nanoseconds. */
export function property(stream, ...path) {
  const value = ofExchange(stream.exchange, path);
  return value?.tag === "text" ? decode(value.val) : value?.val;
}

/** Sets a property, for later filters and the access log. Returns whether it was set. */
export function setProperty(stream, path, value) {
  return set(stream.exchange, path, encode(String(value)));
}

/** The client's address, without its port. */
export function sourceAddress(stream) {
  const address = property(stream, "source", "address");
  return address?.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
}

/** When the request came, in milliseconds since 1970. Filters have no other clock. */
export function time(stream) {
  return Math.floor(property(stream, "request", "time") / 1e6);
}
