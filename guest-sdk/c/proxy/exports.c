// The functions that the proxy calls.

#include "witdock_proxy.h"

#include <stdlib.h>

// In defaults.c.
extern witdock_proxy_http_callbacks_t proxy_lacking;
// In settings.c.
proxy_settings_t *proxy_settings_read(const uint8_t *text, size_t length, http_filter_plugin_string_t *error);
void proxy_settings_free(proxy_settings_t *settings);

bool exports_witdock_proxy_filter_configure(exports_witdock_proxy_filter_configuration_t *configuration,
                                            http_filter_plugin_string_t *error) {
  proxy_settings_t *settings = proxy_settings_read(configuration->settings.ptr, configuration->settings.len, error);
  bool is_done = settings != NULL && proxy_configure(settings, error) && proxy_settings_end(settings, error);
  proxy_settings_free(settings);
  exports_witdock_proxy_filter_configuration_free(configuration);
  return is_done;
}

exports_witdock_proxy_http_filter_own_http_stream_t
exports_witdock_proxy_http_filter_constructor_http_stream(exports_witdock_proxy_http_filter_own_exchange_t exchange) {
  proxy_stream_t *stream = malloc(sizeof *stream);
  *stream = (proxy_stream_t){.own = exchange, .exchange = witdock_proxy_http_borrow_exchange(exchange)};
  if (proxy_lacking != 0) {
    witdock_proxy_http_method_exchange_ignore(stream->exchange, proxy_lacking);
  }
  return exports_witdock_proxy_http_filter_http_stream_new(stream);
}

void exports_witdock_proxy_http_filter_http_stream_destructor(proxy_stream_t *stream) {
  proxy_on_end(stream);
  witdock_proxy_http_exchange_drop_own(stream->own);
  free(stream);
}

proxy_action_t exports_witdock_proxy_http_filter_method_http_stream_on_request_headers(proxy_stream_t *stream, bool end) {
  return proxy_on_request_headers(stream, end);
}

proxy_action_t exports_witdock_proxy_http_filter_method_http_stream_on_request_body(proxy_stream_t *stream, uint64_t size,
                                                                                    bool end) {
  return proxy_on_request_body(stream, size, end);
}

proxy_action_t exports_witdock_proxy_http_filter_method_http_stream_on_request_trailers(proxy_stream_t *stream) {
  return proxy_on_request_trailers(stream);
}

proxy_action_t exports_witdock_proxy_http_filter_method_http_stream_on_response_headers(proxy_stream_t *stream, bool end) {
  return proxy_on_response_headers(stream, end);
}

proxy_action_t exports_witdock_proxy_http_filter_method_http_stream_on_response_body(proxy_stream_t *stream, uint64_t size,
                                                                                     bool end) {
  return proxy_on_response_body(stream, size, end);
}

proxy_action_t exports_witdock_proxy_http_filter_method_http_stream_on_response_trailers(proxy_stream_t *stream) {
  return proxy_on_response_trailers(stream);
}

void exports_witdock_proxy_http_filter_method_http_stream_on_call_ended(proxy_stream_t *stream, uint64_t call,
                                                                        witdock_proxy_types_outcome_t *outcome) {
  proxy_on_call_ended(stream, call, outcome);
  exports_witdock_proxy_http_filter_outcome_free(outcome);
}

void exports_witdock_proxy_http_filter_method_http_stream_log(proxy_stream_t *stream) { proxy_on_log(stream); }

void exports_witdock_proxy_events_on_tick(void) { proxy_on_tick(); }

void exports_witdock_proxy_events_on_call_ended(uint64_t call, witdock_proxy_types_outcome_t *outcome) {
  proxy_on_instance_call_ended(call, outcome);
  exports_witdock_proxy_events_outcome_free(outcome);
}

void exports_witdock_proxy_events_on_queue(uint32_t queue) { proxy_on_queue(queue); }

bool exports_witdock_proxy_events_on_retire(void) { return proxy_on_retire(); }
