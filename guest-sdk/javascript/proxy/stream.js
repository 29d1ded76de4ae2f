// One request with its response, as a filter sees it.

import { decode, encode } from "../common/text.js";

const bytes = (value) => (typeof value === "string" ? encode(value) : value);

/** Text, where bytes that are not UTF-8 become the characters of Latin-1. */
const text = (value) => {
  try {
    return decode(value);
  } catch {
    return String.fromCharCode(...value);
  }
};

/** Headers or trailers: names in lower case, values as text; duplicates are kept in order. */
class Headers {
  #exchange;
  #part;

  constructor(exchange, part) {
    this.#exchange = exchange;
    this.#part = part;
  }

  /** The first header of this name, or undefined. */
  get(name) {
    const value = this.#exchange.header(this.#part, name);
    return value === null || value === undefined ? undefined : text(value);
  }

  /** The values of all headers of this name. */
  getAll(name) {
    return this.#exchange.headerValues(this.#part, name).map(text);
  }

  has(name) {
    return this.get(name) !== undefined;
  }

  /** Puts one header in place of all of this name. */
  set(name, value) {
    this.#exchange.setHeader(this.#part, name, bytes(String(value)));
  }

  /** Adds a header, in addition to others of this name. */
  append(name, value) {
    this.#exchange.addHeader(this.#part, name, bytes(String(value)));
  }

  remove(name) {
    this.#exchange.removeHeader(this.#part, name);
  }

  /** All of them as pairs, in order. */
  entries() {
    return (this.#exchange.headers(this.#part) ?? []).map(({ name, value }) => [name, text(value)]);
  }

  /** Puts these pairs in place of all. A message without trailers is given some at the end of its body. */
  replaceAll(pairs) {
    this.#exchange.setHeaders(this.#part, pairs.map(([name, value]) => ({ name, value: bytes(String(value)) })));
  }
}

class Request extends Headers {
  get method() {
    return this.get(":method");
  }

  /** The path with its query. */
  get path() {
    return this.get(":path");
  }

  set path(path) {
    this.set(":path", path);
  }

  get authority() {
    return this.get(":authority") ?? "";
  }

  get scheme() {
    return this.get(":scheme");
  }
}

class Response extends Headers {
  get status() {
    return Number(this.get(":status") ?? 0);
  }

  set status(status) {
    this.set(":status", status);
  }
}

/** What is held of a body. */
class Body {
  #exchange;
  #side;

  constructor(exchange, side) {
    this.#exchange = exchange;
    this.#side = side;
  }

  get size() {
    return this.#exchange.bodySize(this.#side);
  }

  /** Some of its bytes; all of them unless a range is given. */
  read(start = 0, length = Number.MAX_SAFE_INTEGER) {
    return this.#exchange.body(this.#side, start, length);
  }

  text() {
    return text(this.read());
  }

  /** Puts text or bytes in place of all of it. */
  replace(data) {
    this.splice(0, Number.MAX_SAFE_INTEGER, data);
  }

  append(data) {
    this.splice(Number.MAX_SAFE_INTEGER, 0, data);
  }

  prepend(data) {
    this.splice(0, 0, data);
  }

  splice(start, length, data) {
    this.#exchange.editBody(this.#side, start, length, bytes(data));
  }
}

/** A filter's part of one exchange. */
export class Stream {
  /** The filter's settings, or what its `configure` has made of them. */
  settings;
  /** What the filter keeps for this exchange. */
  state = {};
  /** The proxy's exchange, for functions of its own. */
  exchange;
  /** What waits for answers to calls, by their numbers. */
  calls = new Map();

  constructor(exchange, settings) {
    this.exchange = exchange;
    this.settings = settings;
    this.request = new Request(exchange, "request-headers");
    this.response = new Response(exchange, "response-headers");
    this.requestTrailers = new Headers(exchange, "request-trailers");
    this.responseTrailers = new Headers(exchange, "response-trailers");
    this.requestBody = new Body(exchange, "request");
    this.responseBody = new Body(exchange, "response");
  }

  /** Answers the client, instead of the upstream: `return stream.respond(403, { body: "no\n" })`. */
  respond(status, { headers = {}, body = "", details = "", grpcStatus } = {}) {
    const pairs = Array.isArray(headers) ? headers : Object.entries(headers);
    const listed = pairs.map(([name, value]) => ({ name, value: bytes(String(value)) }));
    this.exchange.respond({ status, headers: listed, body: bytes(body), grpcStatus, details });
    return "pause";
  }

  /** Lets a side that was paused go on, `"request"` or `"response"`. */
  resume(side) {
    this.exchange.resume(side);
  }

  /** Ends the exchange without an answer. */
  abort() {
    this.exchange.abort();
    return "pause";
  }

  /** Names callbacks that this exchange does without: `stream.ignore("responseBody")`. */
  ignore(...names) {
    this.exchange.ignore(Object.fromEntries(names.map((name) => [name, true])));
  }
}
