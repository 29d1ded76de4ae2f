// The callbacks that a filter does not define. Each notes that, and later streams tell the proxy to leave it out.

#include "witdock_proxy.h"

#define DEFAULT __attribute__((weak))

witdock_proxy_http_callbacks_t proxy_lacking = 0;

static proxy_action_t lacks(proxy_stream_t *stream, witdock_proxy_http_callbacks_t callback) {
  proxy_lacking |= callback;
  witdock_proxy_http_method_exchange_ignore(stream->exchange, callback);
  return PROXY_PROCEED;
}

DEFAULT bool proxy_configure(proxy_settings_t *settings, http_filter_plugin_string_t *error) {
  (void)settings, (void)error;
  return true;
}

DEFAULT proxy_action_t proxy_on_request_headers(proxy_stream_t *stream, bool end_of_stream) {
  (void)end_of_stream;
  return lacks(stream, WITDOCK_PROXY_HTTP_CALLBACKS_REQUEST_HEADERS);
}

DEFAULT proxy_action_t proxy_on_request_body(proxy_stream_t *stream, uint64_t size, bool end_of_stream) {
  (void)size, (void)end_of_stream;
  return lacks(stream, WITDOCK_PROXY_HTTP_CALLBACKS_REQUEST_BODY);
}

DEFAULT proxy_action_t proxy_on_request_trailers(proxy_stream_t *stream) {
  return lacks(stream, WITDOCK_PROXY_HTTP_CALLBACKS_REQUEST_TRAILERS);
}

DEFAULT proxy_action_t proxy_on_response_headers(proxy_stream_t *stream, bool end_of_stream) {
  (void)end_of_stream;
  return lacks(stream, WITDOCK_PROXY_HTTP_CALLBACKS_RESPONSE_HEADERS);
}

DEFAULT proxy_action_t proxy_on_response_body(proxy_stream_t *stream, uint64_t size, bool end_of_stream) {
  (void)size, (void)end_of_stream;
  return lacks(stream, WITDOCK_PROXY_HTTP_CALLBACKS_RESPONSE_BODY);
}

DEFAULT proxy_action_t proxy_on_response_trailers(proxy_stream_t *stream) {
  return lacks(stream, WITDOCK_PROXY_HTTP_CALLBACKS_RESPONSE_TRAILERS);
}

DEFAULT void proxy_on_call_ended(proxy_stream_t *stream, uint64_t call, const witdock_proxy_types_outcome_t *outcome) {
  (void)stream, (void)call, (void)outcome;
}

DEFAULT void proxy_on_log(proxy_stream_t *stream) { lacks(stream, WITDOCK_PROXY_HTTP_CALLBACKS_LOG); }

DEFAULT void proxy_on_end(proxy_stream_t *stream) { (void)stream; }

DEFAULT void proxy_on_tick(void) {}

DEFAULT void proxy_on_queue(uint32_t queue) { (void)queue; }

DEFAULT void proxy_on_instance_call_ended(uint64_t call, const witdock_proxy_types_outcome_t *outcome) {
  (void)call, (void)outcome;
}

DEFAULT bool proxy_on_retire(void) { return true; }
