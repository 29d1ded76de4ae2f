// {{name}}: answers 404 below a path, and removes the header `server` from responses.
//
// In the proxy's configuration:
//
//   [filter.{{name}}.settings]
//   below = "/internal"

import { REQUIRED, proxyFilter } from "@witdock/proxy";

export const { filter, httpFilter } = proxyFilter({
  settings: { below: REQUIRED },

  // Checks the settings. What it returns is `stream.settings`.
  configure(settings) {
    if (!String(settings.below).startsWith("/")) {
      throw `\`below\` is \`${settings.below}\`: expected a path that begins with \`/\``;
    }
  },

  // Callbacks that are not here cost nothing: sdk/proxy/README.md lists all of them.
  requestHeaders(stream) {
    if (stream.request.path.startsWith(stream.settings.below)) {
      return stream.respond(404, { body: "not here\n" });
    }
  },

  responseHeaders(stream) {
    stream.response.remove("server");
  },
});
