// What the proxy calls: the filter's callbacks, with streams around the proxy's exchanges.

import { readSettings } from "../common/settings.js";
import { decode } from "../common/text.js";
import { write } from "witdock:plugin/log@0.1.0";
import { Stream } from "./stream.js";

const CALLBACKS = ["requestHeaders", "requestBody", "requestTrailers", "responseHeaders", "responseBody", "responseTrailers", "log"];
const EVENTS = ["tick", "queue", "retire"];
const OTHERS = ["settings", "configure"];

/**
 * The exports of a filter with these callbacks: `export const { filter, httpFilter } = proxyFilter({ … })`. The proxy leaves out those
 * that the filter does not have. With `tick`, `queue` or `retire`, or with calls of the instance, export `events` too.
 */
export function proxyFilter(functions) {
  const known = [...OTHERS, ...CALLBACKS, ...EVENTS];
  const unknown = Object.keys(functions).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(`unknown callback \`${unknown}\`; there are ${known.join(", ")}`);
  }
  const ignored = Object.fromEntries(CALLBACKS.map((name) => [name, functions[name] === undefined]));
  const instance = { settings: {}, calls: new Map() };

  const filter = {
    configure({ settings }) {
      try {
        const text = settings.length === 0 ? "{}" : decode(settings);
        instance.settings = readSettings(text, functions.settings);
        instance.settings = functions.configure?.(instance.settings) ?? instance.settings;
      } catch (error) {
        throw error instanceof Error ? inWords(error) : error;
      }
    },
  };

  class HttpStream {
    #stream;

    constructor(exchange) {
      exchange.ignore(ignored);
      this.#stream = new Stream(exchange, instance.settings);
    }

    #on(name, ...values) {
      return guarded(this.#stream, () => functions[name](this.#stream, ...values)) ?? "proceed";
    }

    onRequestHeaders(endOfStream) {
      return this.#on("requestHeaders", endOfStream);
    }

    onRequestBody(size, endOfStream) {
      return this.#on("requestBody", endOfStream, size);
    }

    onRequestTrailers() {
      return this.#on("requestTrailers");
    }

    onResponseHeaders(endOfStream) {
      return this.#on("responseHeaders", endOfStream);
    }

    onResponseBody(size, endOfStream) {
      return this.#on("responseBody", endOfStream, size);
    }

    onResponseTrailers() {
      return this.#on("responseTrailers");
    }

    onCallEnded(number, outcome) {
      const then = this.#stream.calls.get(number);
      this.#stream.calls.delete(number);
      if (then !== undefined && guarded(this.#stream, () => then(...answered(outcome))) === "pause") {
        // What waited for the answer must not wait any longer.
        this.#stream.resume("request");
        this.#stream.resume("response");
      }
    }

    log() {
      this.#on("log");
    }
  }

  const events = {
    onTick: () => functions.tick?.(instance),
    onCallEnded(number, outcome) {
      const then = instance.calls.get(number);
      instance.calls.delete(number);
      then?.(...answered(outcome));
    },
    onQueue: (queue) => functions.queue?.(instance, queue),
    onRetire: () => functions.retire?.(instance) ?? true,
  };
  return { filter, httpFilter: { HttpStream }, events };
}

/** The answer and the failure of a call: one of them is undefined. */
function answered(outcome) {
  // A result is `{ tag: "ok", val }` or `{ tag: "err", val }` where it is not a function's own.
  return outcome.tag === "ok" ? [outcome.val, undefined] : [undefined, outcome.val];
}

/** An error ends the exchange: with 500 if the response has not begun, otherwise the connection is closed. */
function guarded(stream, call) {
  try {
    return call();
  } catch (error) {
    const text = inWords(error);
    write("error", "filter", text);
    try {
      const headers = { "content-type": "text/plain; charset=utf-8" };
      return stream.respond(500, { headers, body: "a filter of this server failed\n", details: text });
    } catch {
      return stream.abort();
    }
  }
}

/** An error's message with the place where it was thrown. Errors of the proxy are variants and have no place. */
function inWords(error) {
  const { tag, val } = error?.payload ?? error ?? {};
  if (typeof tag === "string") {
    return val === undefined ? tag : `${tag}: ${val}`;
  }
  const place = error?.stack?.split("\n").map((line) => line.trim()).find((line) => line.startsWith("at "));
  return place === undefined ? String(error) : `${error} (${place})`;
}
