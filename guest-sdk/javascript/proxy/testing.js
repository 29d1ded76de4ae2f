// Runs a filter natively, for its tests under `node --test`, in a proxy in memory with this one filter:
//
//   import { load } from "@witdock/proxy/testing";
//
//   const proxy = await load(new URL("../src/plugin.js", import.meta.url), { settings: { below: ["/internal"] } });
//   const { response } = proxy.run({ path: "/internal" });
//   assert.equal(response.status, 404);
//
// What has gone cannot be changed, a pause holds what comes, and an answer passes the filter's own response callbacks, as in the real one.

import { host } from "../common/testing.js";
import { encode } from "../common/text.js";
import { Exchange, pairs, shown } from "./testing-exchange.js";

/** The proxy that filters see: the one loaded last. */
let proxy;
let loaded = 0;

/** Imports a filter's module and configures it. `clusters` are functions by name, from a request to `{ status, headers, body }`. */
export async function load(url, { settings = {}, clusters = {}, upstream = () => ({ status: 200, body: "ok" }) } = {}) {
  proxy = new MemoryProxy(clusters, upstream);
  const module = await import(`${url}?${loaded++}`);
  for (const name of ["filter", "httpFilter"]) {
    if (module[name] === undefined) {
      throw new Error(`${url} does not export \`${name}\``);
    }
  }
  proxy.start(module, settings);
  return proxy;
}

class MemoryProxy {
  /** The time, in milliseconds since 1970: it begins with 2026. */
  now = Date.UTC(2026);
  /** The client's address and port. */
  source = "203.0.113.7:50000";
  /** Shared data by key: `{ value, version }`. */
  shared = new Map();
  /** Metrics by name. */
  metrics = new Map();
  /** Queues, by their numbers. */
  queues = [];
  /** Lines of the log. */
  lines = [];
  clusters;
  upstream;
  tickMs = 0;
  #module;
  #numbers = [];
  #calls = [];
  #lastCall = 0;

  constructor(clusters, upstream) {
    this.clusters = clusters;
    this.upstream = upstream;
  }

  start(module, settings) {
    this.#module = module;
    module.filter.configure({ name: "tested", settings: encode(JSON.stringify(settings)), sharedSettings: new Uint8Array() });
  }

  /** Takes a request through the filter to the upstream, and its response back to the client. */
  run({ method = "GET", path = "/", authority = "example.test", headers = {}, body, pieces, trailers } = {}) {
    const first = [[":authority", authority], [":path", path], [":method", method], [":scheme", "http"]];
    const exchange = new Exchange(this);
    const stream = new this.#module.httpFilter.HttpStream(exchange);
    const answer = () => {
      const call = this.#calls.shift();
      if (call === undefined) {
        return false;
      }
      stream.onCallEnded(call.number, this.answer(call.request));
      return true;
    };
    const outcome = { request: undefined, response: undefined, end: "complete", details: undefined };
    const sent = message(first, headers, body, pieces, trailers);
    let stop = exchange.pass("request", sent, stream, answer, (request) => (outcome.request = request));
    let response = stop === undefined ? this.#ask(outcome.request) : own(stop, outcome);
    if (response !== undefined) {
      stop = exchange.pass("response", response, stream, answer, (sent) => (outcome.response = sent));
      if (stop !== undefined) {
        // A filter whose turn has passed does not see another response of this exchange.
        const instead = own(stop, outcome);
        outcome.response = instead === undefined ? outcome.response : shown(instead);
      }
    }
    if (!exchange.ignored.log) {
      stream.log();
    }
    this.#calls = [];
    outcome.properties = exchange.properties;
    return outcome;
  }

  #ask(request) {
    const { status = 200, headers = {}, body, pieces, trailers } = this.upstream(request);
    return message([[":status", status]], headers, body, pieces, trailers);
  }

  /** Lets the filter's `tick` run, answers its calls, and tells it of messages in its queues. */
  tick() {
    this.now += this.tickMs;
    this.#module.events.onTick();
    for (;;) {
      const call = this.#calls.shift();
      const queue = this.queues.findIndex(({ untold }) => untold > 0);
      if (call !== undefined) {
        this.#module.events.onCallEnded(call.number, this.answer(call.request));
      } else if (queue >= 0) {
        this.queues[queue].untold--;
        this.#module.events.onQueue(queue);
      } else {
        return;
      }
    }
  }

  /** The number of a queue of the filter's, which there is from now on. */
  queue(name) {
    const number = this.queues.findIndex((queue) => queue.name === name);
    return number >= 0 ? number : this.queues.push({ name, messages: [], untold: 0 }) - 1;
  }

  begin(request) {
    if (this.clusters[request.cluster] === undefined) {
      throw { tag: "unknown-cluster", val: `the filter may call: ${Object.keys(this.clusters).join(", ") || "none"}` };
    }
    this.#calls.push({ number: ++this.#lastCall, request });
    return this.#lastCall;
  }

  /** A cluster's answer. It throws a failure's name, such as "timeout". */
  answer(request) {
    try {
      const seen = shown({ headers: request.headers, pieces: [request.body] });
      const { status = 200, headers = {}, body = "" } = this.clusters[request.cluster](seen);
      const sent = message([[":status", status]], headers, body);
      return { tag: "ok", val: { headers: sent.headers, body: sent.pieces[0] ?? new Uint8Array(), trailers: [] } };
    } catch (failure) {
      if (typeof failure !== "string") {
        throw failure;
      }
      return { tag: "err", val: failure };
    }
  }

  metric(kind, name) {
    this.metrics.set(name, this.metrics.get(name) ?? 0);
    this.#numbers.includes(name) || this.#numbers.push(name);
    return this.#numbers.indexOf(name);
  }

  add(number, by) {
    const name = this.#numbers[number];
    this.metrics.set(name, this.metrics.get(name) + by);
  }

  metricValue(number) {
    return this.metrics.get(this.#numbers[number]);
  }

  setMetric(number, value) {
    this.metrics.set(this.#numbers[number], value);
  }
}

function message(first, headers, body, pieces, trailers) {
  const bytes = (data) => (typeof data === "string" ? encode(data) : data);
  const listed = [...first, ...(Array.isArray(headers) ? headers : Object.entries(headers))];
  const all = pieces?.map(bytes) ?? (body === undefined || body.length === 0 ? [] : [bytes(body)]);
  if (pieces === undefined && body !== undefined) {
    listed.push(["content-length", all.reduce((sum, piece) => sum + piece.length, 0)]);
  }
  return { headers: pairs(listed), pieces: all, trailers: trailers && pairs(Object.entries(trailers)) };
}

/** The response in place of the upstream's, if a filter has answered. */
function own(stop, outcome) {
  if (stop.respond === undefined) {
    outcome.end = stop.end;
    return undefined;
  }
  const { status, headers, body, details } = stop.respond;
  outcome.details = details;
  const sent = message([[":status", status]], [], body);
  return { ...sent, headers: [...sent.headers, ...headers] };
}

host({
  "witdock:plugin/log": {
    write: (level, target, text) => proxy.lines.push({ level, target, text }),
    maxLevel: () => "trace",
    panicked: (text) => proxy.lines.push({ level: "error", target: "panic", text }),
  },
  "witdock:proxy/http-calls": {
    start: (request) => proxy.begin(request),
    startFor: (exchange, request) => proxy.begin(request),
    cancel() {},
  },
  "witdock:proxy/shared-data": {
    get: (key) => proxy.shared.get(key),
    set: (key, value) => void proxy.shared.set(key, { value, version: (proxy.shared.get(key)?.version ?? 0) + 1 }),
    compareAndSet(key, value, version) {
      if (proxy.shared.get(key)?.version !== (version ?? undefined)) {
        throw { tag: "changed" };
      }
      proxy.shared.set(key, { value, version: (version ?? 0) + 1 });
    },
    remove: (key) => proxy.shared.delete(key),
  },
  "witdock:proxy/metrics": {
    define: (kind, name) => proxy.metric(kind, name),
    add: (metric, by) => proxy.add(metric, by),
    record: (metric, value) => proxy.setMetric(metric, value),
    read: (metric) => proxy.metricValue(metric),
  },
  "witdock:proxy/properties": {
    ofExchange: (exchange, path) => exchange.property(path),
    ofProxy: () => undefined,
    set: (exchange, path, value) => exchange.setProperty(path, value),
  },
  "witdock:proxy/timers": { setTick: (period) => void (proxy.tickMs = period) },
  "witdock:proxy/retirement": { done() {} },
  "witdock:proxy/queues": {
    register: (name) => proxy.queue(name),
    find: (scope, name) => (scope === "tested" && proxy.queues.some((queue) => queue.name === name) ? proxy.queue(name) : undefined),
    send(number, message) {
      if (proxy.queues[number] === undefined) {
        throw { tag: "no-such-queue" };
      }
      proxy.queues[number].messages.push(message);
      proxy.queues[number].untold++;
    },
    receive: (number) => proxy.queues[number]?.messages.shift(),
  },
}, { "@witdock/proxy": new URL("index.js", import.meta.url).href });
