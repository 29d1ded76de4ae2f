#include "internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *etl_allocate(size_t bytes) {
  if (bytes == 0) {
    return NULL;
  }
  void *memory = calloc(1, bytes);
  if (memory == NULL) {
    abort();
  }
  return memory;
}

void *etl_grown(void *items, size_t count, size_t *capacity, size_t size) {
  if (count < *capacity) {
    return items;
  }
  size_t wanted = *capacity < 8 ? 8 : *capacity * 2;
  void *grown = wanted > SIZE_MAX / size ? NULL : realloc(items, wanted * size);
  if (grown == NULL) {
    abort();
  }
  *capacity = wanted;
  return grown;
}

etl_text_t etl_text(const char *text) { return (etl_text_t){text, strlen(text)}; }

bool etl_equal(etl_text_t text, const char *expected) {
  return text.length == strlen(expected) && (text.length == 0 || memcmp(text.bytes, expected, text.length) == 0);
}

transformer_plugin_string_t etl_copied(etl_text_t text) {
  transformer_plugin_string_t copy = {etl_allocate(text.length), text.length};
  if (text.length > 0) {
    memcpy(copy.ptr, text.bytes, text.length);
  }
  return copy;
}

const char *etl_type_name(etl_type_t type) {
  static const char *const NAMES[] = {"boolean", "int32",        "int64", "float64", "date32",
                                      "timestamp-us", "utf8", "binary", "ipc"};
  return type < sizeof NAMES / sizeof *NAMES ? NAMES[type] : "unknown";
}

static transformer_plugin_string_t written(const char *format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, arguments);
  char *text = etl_allocate((size_t)(length < 0 ? 0 : length) + 1);
  if (length > 0) {
    vsnprintf(text, (size_t)length + 1, format, again);
  }
  va_end(again);
  return (transformer_plugin_string_t){(uint8_t *)text, (size_t)(length < 0 ? 0 : length)};
}

// Replaces invalid UTF-8, so that the host always receives UTF-8.
static void make_utf8(transformer_plugin_string_t *text) {
  size_t i = 0;
  while (i < text->len) {
    uint8_t first = text->ptr[i];
    size_t more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    bool fits = (first < 0x80 || (first >= 0xc2 && first < 0xf5)) && i + more < text->len;
    for (size_t k = 1; fits && k <= more; ++k) {
      uint8_t next = text->ptr[i + k];
      // No overlong forms, no surrogates, nothing above U+10FFFF.
      uint8_t low = k > 1 ? 0x80 : first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
      uint8_t high = k > 1 ? 0xbf : first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
      fits = next >= low && next <= high;
    }
    if (fits) {
      i += more + 1;
    } else {
      text->ptr[i++] = '?';
    }
  }
}

transformer_plugin_string_t etl_message(const char *format, va_list arguments) {
  transformer_plugin_string_t text = written(format, arguments);
  make_utf8(&text);
  return text;
}

#define FAIL(error, case, field)                                                                                       \
  va_list arguments;                                                                                                   \
  va_start(arguments, format);                                                                                         \
  (error)->tag = case;                                                                                                 \
  (error)->val.field = etl_message(format, arguments);                                                                 \
  va_end(arguments);                                                                                                   \
  return false

bool etl_settings_error(etl_error_t *error, const char *format, ...) {
  FAIL(error, WITDOCK_ETL_TYPES_ERROR_SETTINGS, settings);
}

bool etl_schema_error(etl_error_t *error, const char *format, ...) {
  FAIL(error, WITDOCK_ETL_TYPES_ERROR_SCHEMA, schema);
}

bool etl_data_error(etl_error_t *error, const char *format, ...) {
  FAIL(error, WITDOCK_ETL_TYPES_ERROR_DATA, data);
}
