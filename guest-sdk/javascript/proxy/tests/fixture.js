// A filter with all kinds of callbacks, for the tests.

import { REQUIRED, call, proxyFilter, setProperty, sourceAddress, time, update } from "../index.js";
import { add, define } from "witdock:proxy/metrics@0.1.0";
import { setTick } from "witdock:proxy/timers@0.1.0";

export const { filter, httpFilter, events } = proxyFilter({
  settings: { name: REQUIRED, cluster: "" },

  configure({ name, cluster }) {
    if (name === "") {
      throw "`name` is empty: expected a header's name";
    }
    setTick(1000);
    return { name, cluster, seen: define("counter", "seen") };
  },

  requestHeaders(stream, endOfStream) {
    const { name, cluster, seen } = stream.settings;
    add(seen, 1);
    stream.state.path = stream.request.path;
    stream.request.set(name, `${stream.request.method} ${sourceAddress(stream)} ${time(stream)}`);
    stream.request.append("x-more", String(endOfStream));
    stream.request.remove("x-secret");
    setProperty(stream, ["own", "count"], update("count", (count) => String(Number(count ?? 0) + 1)));
    if (stream.request.path === "/fail") {
      stream.request.set("x-bad", "a\nb");
    }
    if (stream.request.path === "/deny") {
      return stream.respond(403, { body: "no\n", headers: { "x-why": "denied" }, details: "denied" });
    }
    if (cluster !== "") {
      call(stream, { cluster, path: "/check" }, (answer, failure) => {
        if (failure === undefined && answer.status === 200) {
          stream.request.set("x-checked", answer.get("x-user"));
          stream.resume("request");
        } else {
          stream.respond(503, { details: String(failure ?? answer.status) });
        }
      });
      return "pause";
    }
    return endOfStream ? "proceed" : "hold";
  },

  requestBody(stream, endOfStream) {
    if (!endOfStream) {
      return "pause";
    }
    stream.requestBody.replace(stream.requestBody.text().toUpperCase() + "!");
  },

  responseHeaders(stream) {
    stream.response.set("x-path", stream.state.path);
  },

  tick(instance) {
    add(instance.settings.seen, 100);
  },
});
