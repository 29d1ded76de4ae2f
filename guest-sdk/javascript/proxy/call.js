// HTTP calls to the clusters that the filter was given. Only filters that use them import the interface.

import { encode } from "../common/text.js";
import { start, startFor } from "witdock:proxy/http-calls@0.1.0";

const bytes = (value) => (typeof value === "string" ? encode(value) : value);

function request({ cluster, method = "GET", path = "/", authority = cluster, headers = {}, body = "", trailers = {}, timeoutMs = 5000 }) {
  const listed = (given) => (Array.isArray(given) ? given : Object.entries(given)).map(([name, value]) => ({ name, value: bytes(String(value)) }));
  const first = { ":method": method, ":authority": authority, ":path": path };
  return { cluster, headers: [...listed(first), ...listed(headers)], body: bytes(body), trailers: listed(trailers), timeoutMs };
}

/**
 * Begins a call for an exchange: `call(stream, { cluster: "login", path: "/check" }, (answer, failure) => …)`. `then` gets the answer, while
 * the exchange lasts; it resumes what was paused for it.
 */
export function call(stream, given, then) {
  const number = startFor(stream.exchange, request(given));
  stream.calls.set(number, (answer, failure) => then(answer && new Answer(answer), failure));
  return number;
}

/** The same for an instance, which `tick`, `queue` and `retire` get. Export `events` too. */
export function callFromInstance(instance, given, then) {
  const number = start(request(given));
  instance.calls.set(number, (answer, failure) => then(answer && new Answer(answer), failure));
  return number;
}

/** The answer to a call. */
class Answer {
  constructor({ headers, body, trailers }) {
    const characters = (value) => String.fromCharCode(...value);
    this.headers = headers.map(({ name, value }) => [name, characters(value)]);
    this.trailers = trailers.map(({ name, value }) => [name, characters(value)]);
    /** Bytes. */
    this.body = body;
    this.status = Number(this.get(":status"));
  }

  get(name) {
    return this.headers.find(([own]) => own === name)?.[1];
  }
}
