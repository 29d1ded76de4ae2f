// The SDK for filters of witdock-proxy in C.
//
// A plugin defines the callbacks that it has, of those below; the proxy leaves out the others after the first request. The proxy's
// functions are declared in generated/http_filter_plugin.h, with the comments of the interface. What they return is freed with the functions
// there; texts and bytes that are passed to them are read only.

#ifndef WITDOCK_PROXY_H
#define WITDOCK_PROXY_H

#include "generated/http_filter_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef witdock_proxy_types_action_t proxy_action_t;

#define PROXY_PROCEED WITDOCK_PROXY_TYPES_ACTION_PROCEED
#define PROXY_PAUSE WITDOCK_PROXY_TYPES_ACTION_PAUSE
#define PROXY_HOLD WITDOCK_PROXY_TYPES_ACTION_HOLD

// The parts of an exchange.
#define PROXY_REQUEST WITDOCK_PROXY_HTTP_PART_REQUEST_HEADERS
#define PROXY_RESPONSE WITDOCK_PROXY_HTTP_PART_RESPONSE_HEADERS
#define PROXY_REQUEST_TRAILERS WITDOCK_PROXY_HTTP_PART_REQUEST_TRAILERS
#define PROXY_RESPONSE_TRAILERS WITDOCK_PROXY_HTTP_PART_RESPONSE_TRAILERS
#define PROXY_REQUEST_SIDE WITDOCK_PROXY_HTTP_SIDE_REQUEST
#define PROXY_RESPONSE_SIDE WITDOCK_PROXY_HTTP_SIDE_RESPONSE

// A filter's part of one exchange.
typedef struct exports_witdock_proxy_http_filter_http_stream_t {
  witdock_proxy_http_own_exchange_t own;
  // The exchange, for the proxy's functions.
  witdock_proxy_http_borrow_exchange_t exchange;
  // What the filter keeps for this exchange. `proxy_on_end` frees it.
  void *state;
} proxy_stream_t;

// The filter's settings: the values of a JSON object.
typedef struct proxy_settings_t proxy_settings_t;

// Sets up the filter. Returns false with an error that says what was found and expected: `proxy_refuse`.
bool proxy_configure(proxy_settings_t *settings, http_filter_plugin_string_t *error);

proxy_action_t proxy_on_request_headers(proxy_stream_t *stream, bool end_of_stream);
proxy_action_t proxy_on_request_body(proxy_stream_t *stream, uint64_t size, bool end_of_stream);
proxy_action_t proxy_on_request_trailers(proxy_stream_t *stream);
proxy_action_t proxy_on_response_headers(proxy_stream_t *stream, bool end_of_stream);
proxy_action_t proxy_on_response_body(proxy_stream_t *stream, uint64_t size, bool end_of_stream);
proxy_action_t proxy_on_response_trailers(proxy_stream_t *stream);
// A call that `witdock_proxy_http_calls_start_for` began has ended. The SDK frees the outcome.
void proxy_on_call_ended(proxy_stream_t *stream, uint64_t call, const witdock_proxy_types_outcome_t *outcome);
// The exchange has ended, in whatever way, and can be read.
void proxy_on_log(proxy_stream_t *stream);
// The stream goes: frees its state.
void proxy_on_end(proxy_stream_t *stream);

void proxy_on_tick(void);
void proxy_on_queue(uint32_t queue);
void proxy_on_instance_call_ended(uint64_t call, const witdock_proxy_types_outcome_t *outcome);
// False keeps the instance until `witdock_proxy_retirement_done`.
bool proxy_on_retire(void);

// Reads a setting that is text, as a copy that the caller keeps or frees. Leaves `value` if there is none. Returns false with an error if it is
// not text.
bool proxy_setting_text(proxy_settings_t *settings, const char *name, char **value, http_filter_plugin_string_t *error);

// The same for a number.
bool proxy_setting_number(proxy_settings_t *settings, const char *name, double *value, http_filter_plugin_string_t *error);

// Returns false with an error if there is a setting that was not read.
bool proxy_settings_end(proxy_settings_t *settings, http_filter_plugin_string_t *error);

// Sets an error from a format as `printf` has them, and returns false.
bool proxy_refuse(http_filter_plugin_string_t *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Returns the first header of this name as a copy to free, or NULL.
char *proxy_get(proxy_stream_t *stream, witdock_proxy_http_part_t part, const char *name);

// Puts one header in place of all of this name, adds one, or removes all. Returns whether the proxy took it; otherwise the reason is logged.
bool proxy_set(proxy_stream_t *stream, witdock_proxy_http_part_t part, const char *name, const char *value);
bool proxy_add(proxy_stream_t *stream, witdock_proxy_http_part_t part, const char *name, const char *value);
bool proxy_remove(proxy_stream_t *stream, witdock_proxy_http_part_t part, const char *name);

// Returns what is held of a body. Free it with `http_filter_plugin_list_u8_free`.
http_filter_plugin_list_u8_t proxy_body(proxy_stream_t *stream, witdock_proxy_http_side_t side);

// Puts bytes in place of all that is held of a body. Returns whether the proxy took them; otherwise the reason is logged.
bool proxy_replace_body(proxy_stream_t *stream, witdock_proxy_http_side_t side, const uint8_t *bytes, size_t length);

// Answers the client with a text, instead of the upstream: `return proxy_respond(stream, 404, "not here\n");`.
proxy_action_t proxy_respond(proxy_stream_t *stream, uint16_t status, const char *text);

// Writes a line to the proxy's log.
void proxy_log(witdock_plugin_log_level_t level, const char *text);

#ifdef __cplusplus
}
#endif

#endif
