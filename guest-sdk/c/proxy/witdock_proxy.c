#include "witdock_proxy.h"

#include <stdlib.h>
#include <string.h>

// Borrowed: it is not written to.
static http_filter_plugin_string_t borrowed(const char *text) {
  http_filter_plugin_string_t string;
  http_filter_plugin_string_set(&string, text);
  return string;
}

static http_filter_plugin_list_u8_t borrowed_bytes(const char *text) {
  return (http_filter_plugin_list_u8_t){(uint8_t *)text, strlen(text)};
}

void proxy_log(witdock_plugin_log_level_t level, const char *text) {
  http_filter_plugin_string_t target = borrowed("filter"), message = borrowed(text);
  witdock_plugin_log_write(level, &target, &message);
}

// Logs why the proxy has refused a change.
static bool edited(bool is_done, witdock_proxy_http_edit_error_t *error) {
  if (is_done) {
    return true;
  }
  switch (error->tag) {
  case WITDOCK_PROXY_TYPES_EDIT_ERROR_ABSENT:
    proxy_log(WITDOCK_PLUGIN_LOG_LEVEL_WARN, "there are no such headers, trailers or body yet, or in this message");
    break;
  case WITDOCK_PROXY_TYPES_EDIT_ERROR_GONE:
    proxy_log(WITDOCK_PLUGIN_LOG_LEVEL_WARN, "this part of the message has gone on and cannot be changed");
    break;
  case WITDOCK_PROXY_TYPES_EDIT_ERROR_INVALID: {
    http_filter_plugin_string_t target = borrowed("filter");
    witdock_plugin_log_write(WITDOCK_PLUGIN_LOG_LEVEL_WARN, &target, &error->val.invalid);
    break;
  }
  default:
    proxy_log(WITDOCK_PLUGIN_LOG_LEVEL_WARN, "the message would be larger than the proxy's limit");
    break;
  }
  witdock_proxy_types_edit_error_free(error);
  return false;
}

char *proxy_get(proxy_stream_t *stream, witdock_proxy_http_part_t part, const char *name) {
  http_filter_plugin_string_t own = borrowed(name);
  http_filter_plugin_list_u8_t value;
  if (!witdock_proxy_http_method_exchange_header(stream->exchange, part, &own, &value)) {
    return NULL;
  }
  char *text = malloc(value.len + 1);
  memcpy(text, value.ptr, value.len);
  text[value.len] = '\0';
  http_filter_plugin_list_u8_free(&value);
  return text;
}

bool proxy_set(proxy_stream_t *stream, witdock_proxy_http_part_t part, const char *name, const char *value) {
  http_filter_plugin_string_t own = borrowed(name);
  http_filter_plugin_list_u8_t bytes = borrowed_bytes(value);
  witdock_proxy_http_edit_error_t error;
  return edited(witdock_proxy_http_method_exchange_set_header(stream->exchange, part, &own, &bytes, &error), &error);
}

bool proxy_add(proxy_stream_t *stream, witdock_proxy_http_part_t part, const char *name, const char *value) {
  http_filter_plugin_string_t own = borrowed(name);
  http_filter_plugin_list_u8_t bytes = borrowed_bytes(value);
  witdock_proxy_http_edit_error_t error;
  return edited(witdock_proxy_http_method_exchange_add_header(stream->exchange, part, &own, &bytes, &error), &error);
}

bool proxy_remove(proxy_stream_t *stream, witdock_proxy_http_part_t part, const char *name) {
  http_filter_plugin_string_t own = borrowed(name);
  witdock_proxy_http_edit_error_t error;
  return edited(witdock_proxy_http_method_exchange_remove_header(stream->exchange, part, &own, &error), &error);
}

http_filter_plugin_list_u8_t proxy_body(proxy_stream_t *stream, witdock_proxy_http_side_t side) {
  http_filter_plugin_list_u8_t bytes;
  witdock_proxy_http_method_exchange_body(stream->exchange, side, 0, UINT64_MAX, &bytes);
  return bytes;
}

bool proxy_replace_body(proxy_stream_t *stream, witdock_proxy_http_side_t side, const uint8_t *bytes, size_t length) {
  http_filter_plugin_list_u8_t data = {(uint8_t *)bytes, length};
  witdock_proxy_http_edit_error_t error;
  return edited(witdock_proxy_http_method_exchange_edit_body(stream->exchange, side, 0, UINT64_MAX, &data, &error), &error);
}

proxy_action_t proxy_respond(proxy_stream_t *stream, uint16_t status, const char *text) {
  witdock_proxy_types_header_t header = {borrowed("content-type"), borrowed_bytes("text/plain; charset=utf-8")};
  witdock_proxy_http_response_t response = {
      .status = status,
      .headers = {&header, 1},
      .body = borrowed_bytes(text),
      .details = borrowed(""),
  };
  witdock_proxy_http_respond_error_t error;
  if (!witdock_proxy_http_method_exchange_respond(stream->exchange, &response, &error)) {
    proxy_log(WITDOCK_PLUGIN_LOG_LEVEL_WARN, "the response was not taken: it has begun, or the status is invalid");
    witdock_proxy_http_respond_error_free(&error);
    return PROXY_PROCEED;
  }
  return PROXY_PAUSE;
}
