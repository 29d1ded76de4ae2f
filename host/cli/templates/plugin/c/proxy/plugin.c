// {{name}}: answers 404 below a path, and removes the header `server` from responses.
//
//   [filter.{{name}}.settings]
//   below = "/internal"

#include "path.h"
#include "witdock_proxy.h"

#include <stdlib.h>

static char *below;

bool proxy_configure(proxy_settings_t *settings, http_filter_plugin_string_t *error) {
  if (!proxy_setting_text(settings, "below", &below, error)) {
    return false;
  }
  if (below == NULL || !is_absolute(below)) {
    return proxy_refuse(error, "`below` is `%s`: expected a path that begins with `/`", below == NULL ? "" : below);
  }
  return true;
}

// Callbacks that are not here cost nothing: sdk/witdock_proxy.h declares all of them.
proxy_action_t proxy_on_request_headers(proxy_stream_t *stream, bool end_of_stream) {
  (void)end_of_stream;
  char *path = proxy_get(stream, PROXY_REQUEST, ":path");
  bool is_hidden = path != NULL && is_below(path, below);
  free(path);
  return is_hidden ? proxy_respond(stream, 404, "not here\n") : PROXY_PROCEED;
}

proxy_action_t proxy_on_response_headers(proxy_stream_t *stream, bool end_of_stream) {
  (void)end_of_stream;
  proxy_remove(stream, PROXY_RESPONSE, "server");
  return PROXY_PROCEED;
}
