// An exchange in memory, which passes one filter.

import { decode, encode } from "../common/text.js";

/** Headers as the proxy has them, from pairs. */
export const pairs = (listed) => listed.map(([name, value]) => ({ name: name.toLowerCase(), value: encode(String(value)) }));

const TOKEN = /^:?[a-z0-9!#$%&'*+.^_`|~-]+$/;
/** Headers that concern one connection, RFC 9110 section 7.6.1. */
const CONNECTION = ["connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"];
const OWN_PROPERTIES = ["request", "response", "source", "destination", "connection", "upstream", "route", "cluster"];

const invalid = (text) => ({ tag: "invalid", val: text });

function header(part, name, value) {
  const lower = part === "request-headers" && name.toLowerCase() === "host" ? ":authority" : name.toLowerCase();
  if (!TOKEN.test(lower) || CONNECTION.includes(lower)) {
    throw invalid(`\`${name}\` is not a header that a filter may change`);
  }
  if (value.some((byte) => (byte < 0x20 && byte !== 9) || byte === 0x7f)) {
    throw invalid(`the value of \`${name}\` has control characters`);
  }
  return { name: lower, value };
}

export class Exchange {
  ignored = {};
  /** What filters have set, by paths that are joined with dots. */
  properties = {};
  #proxy;
  #began;
  #parts = {};
  #bodies = {};
  #asked = {};

  constructor(proxy) {
    this.#proxy = proxy;
    this.#began = proxy.now;
  }

  headers(part) {
    return this.#parts[part]?.headers;
  }

  header(part, name) {
    return this.headerValues(part, name)[0];
  }

  headerValues(part, name) {
    const own = this.headers(part) ?? [];
    return own.filter((header) => header.name === name.toLowerCase()).map(({ value }) => value);
  }

  #here(part) {
    const own = this.#parts[part];
    if (own === undefined) {
      throw { tag: "absent" };
    }
    if (own.gone) {
      throw { tag: "gone" };
    }
    return own;
  }

  setHeader(part, name, value) {
    const own = this.#here(part);
    const set = header(part, name, value);
    const at = own.headers.findIndex((one) => one.name === set.name);
    if (at < 0) {
      own.headers.push(set);
      return;
    }
    own.headers = own.headers.filter((one, index) => index <= at || one.name !== set.name);
    own.headers[at] = set;
  }

  addHeader(part, name, value) {
    const own = this.#here(part);
    const added = header(part, name, value);
    if (added.name.startsWith(":") || added.name === "content-length") {
      throw invalid(`there is one \`${name}\` at most: set it`);
    }
    own.headers.push(added);
  }

  removeHeader(part, name) {
    const own = this.#here(part);
    const { name: lower } = header(part, name, encode(""));
    if (lower.startsWith(":")) {
      throw invalid(`\`${name}\` cannot be removed`);
    }
    own.headers = own.headers.filter((one) => one.name !== lower);
  }

  setHeaders(part, headers) {
    const side = { "request-trailers": "request", "response-trailers": "response" }[part];
    if (this.#parts[part] === undefined && this.#bodies[side]?.place === "here") {
      this.#parts[part] = { headers: [] };
    }
    const own = this.#here(part);
    const all = headers.map(({ name, value }) => header(part, name, value));
    const kept = own.headers.filter(({ name }) => name.startsWith(":") && !all.some((one) => one.name === name));
    own.headers = [...kept, ...all];
  }

  bodySize(side) {
    return this.#bodies[side]?.held.length ?? 0;
  }

  body(side, start, length) {
    return (this.#bodies[side]?.held ?? new Uint8Array()).slice(start, Math.min(start + length, this.bodySize(side)));
  }

  editBody(side, start, length, data) {
    const body = this.#bodies[side];
    if (body === undefined || body.place !== "here") {
      throw { tag: body?.place === "gone" ? "gone" : "absent" };
    }
    const from = Math.min(start, body.held.length);
    const to = Math.min(from + length, body.held.length);
    if (to - from !== data.length) {
      const head = this.#parts[`${side}-headers`];
      if (head.gone && head.headers.some(({ name }) => name === "content-length")) {
        throw invalid("the headers have gone with a `content-length`: remove it when the headers come, or keep the size");
      }
      body.edited = true;
    }
    body.held = Uint8Array.from([...body.held.slice(0, from), ...data, ...body.held.slice(to)]);
  }

  respond(response) {
    if (response.status < 200 || response.status > 599) {
      throw invalid(`the status is ${response.status}: expected a number from 200 to 599`);
    }
    for (const { name, value } of response.headers) {
      header("response-headers", name, value);
    }
    if (this.#parts["response-headers"]?.gone) {
      throw { tag: "begun" };
    }
    this.#asked.respond = response;
  }

  resume(side) {
    this.#asked[side] = true;
  }

  abort() {
    this.#asked.abort = true;
  }

  ignore(names) {
    for (const [name, ignored] of Object.entries(names)) {
      this.ignored[name] ||= ignored;
    }
  }

  property(path) {
    const text = (value) => (value === undefined ? undefined : { tag: "text", val: value });
    switch (path.join(".")) {
      case "request.time":
        return { tag: "timestamp", val: this.#began * 1e6 };
      case "request.duration":
        return { tag: "duration", val: (this.#proxy.now - this.#began) * 1e6 };
      case "source.address":
        return text(encode(this.#proxy.source));
      case "response.code":
        return { tag: "signed", val: Number(decode(this.header("response-headers", ":status") ?? encode("0"))) };
      default: {
        const set = this.properties[path.join(".")];
        return text(set === undefined ? undefined : encode(set));
      }
    }
  }

  setProperty(path, value) {
    if (path.length === 0 || OWN_PROPERTIES.includes(path[0])) {
      return false;
    }
    this.properties[path.join(".")] = decode(value);
    return true;
  }

  /**
   * Takes one side through the filter, and shows what comes out as it grows. Returns why it did not come through: a response of the filter's
   * own, or how the exchange ends.
   */
  pass(side, { headers, pieces, trailers }, stream, answer, show) {
    const big = side === "request" ? "Request" : "Response";
    const [head, tail] = [`${side}-headers`, `${side}-trailers`];
    this.#parts[head] = { headers };
    delete this.#parts[tail];
    const body = (this.#bodies[side] = { held: new Uint8Array(), place: "absent", edited: false });
    const out = { headers: undefined, pieces: [], trailers: undefined };

    const call = (what, ...values) =>
      this.ignored[`${side}${what}`] ? "proceed" : stream[`on${big}${what}`](...values);
    /** Does what the callback has asked for. Returns whether what it saw goes on, or why not. */
    const after = (action, waits) => {
      do {
        if (this.#asked.abort) {
          return { end: "aborted" };
        }
        if (this.#asked.respond !== undefined) {
          const { respond } = this.#asked;
          this.#asked = {};
          return { respond };
        }
      } while (answer());
      const resumed = this.#asked[side] ?? false;
      this.#asked[side] = false;
      if (action === "proceed" || resumed) {
        return true;
      }
      return waits ? { end: "paused" } : false;
    };
    const release = (end) => {
      if (out.headers === undefined) {
        this.#parts[head].gone = true;
        out.headers = this.#parts[head].headers;
        if (body.edited) {
          const size = { name: "content-length", value: encode(String(body.held.length)) };
          const had = out.headers.some(({ name }) => name === "content-length");
          out.headers = out.headers.filter(({ name }) => name !== "content-length");
          out.headers.push(...(had && end ? [size] : []));
        }
      }
      if (body.held.length > 0) {
        out.pieces.push(body.held);
        body.held = new Uint8Array();
      }
      if (end) {
        body.place = "gone";
        out.trailers = this.#parts[tail]?.headers;
      }
      show(shown(out));
    };
    const step = (action, end, waits) => {
      const went = after(action, waits);
      if (went === true) {
        release(end);
      }
      return typeof went === "object" ? went : undefined;
    };

    const empty = pieces.length === 0 && trailers === undefined;
    const action = call("Headers", empty);
    let stop = step(action, empty, empty || action === "pause");
    for (const [index, piece] of pieces.entries()) {
      if (stop !== undefined) {
        return stop;
      }
      const end = index === pieces.length - 1 && trailers === undefined;
      body.place = "here";
      body.held = Uint8Array.from([...body.held, ...piece]);
      stop = step(call("Body", body.held.length, end), end, end);
    }
    if (stop === undefined && trailers !== undefined) {
      body.place = "here";
      this.#parts[tail] = { headers: trailers };
      stop = step(call("Trailers"), true, true);
    }
    return stop;
  }
}

/** Text; bytes that are not UTF-8, for example a piece that ends inside a character, become the characters of Latin-1. */
function text(bytes) {
  try {
    return decode(bytes);
  } catch {
    return String.fromCharCode(...bytes);
  }
}

/** A message as a test reads it. */
export function shown({ headers, pieces, trailers }) {
  const listed = headers.map(({ name, value }) => [name, text(value)]);
  const first = (name) => listed.find(([own]) => own === name)?.[1];
  const all = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
  return {
    headers: listed,
    get: first,
    getAll: (name) => listed.filter(([own]) => own === name).map(([, value]) => value),
    method: first(":method"),
    path: first(":path"),
    status: Number(first(":status") ?? 0),
    pieces: pieces.map(text),
    body: text(all),
    bytes: all,
    trailers: trailers?.map(({ name, value }) => [name, text(value)]),
  };
}
