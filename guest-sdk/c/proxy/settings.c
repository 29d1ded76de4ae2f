// Reads settings: a JSON object of texts and numbers.

// For strdup and strndup.
#define _POSIX_C_SOURCE 200809L

#include "witdock_proxy.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  char *name;
  // Text without its quotes, or the JSON of another value.
  char *value;
  bool is_text, is_read;
} setting_t;

struct proxy_settings_t {
  setting_t *all;
  size_t count;
};

bool proxy_refuse(http_filter_plugin_string_t *error, const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  http_filter_plugin_string_dup(error, text);
  return false;
}

static const char *after_space(const char *at) {
  while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r') {
    ++at;
  }
  return at;
}

static char *put_utf8(char *out, unsigned long code) {
  if (code < 0x80) {
    *out++ = (char)code;
  } else if (code < 0x800) {
    *out++ = (char)(0xc0 | code >> 6);
    *out++ = (char)(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    *out++ = (char)(0xe0 | code >> 12);
    *out++ = (char)(0x80 | (code >> 6 & 0x3f));
    *out++ = (char)(0x80 | (code & 0x3f));
  } else {
    *out++ = (char)(0xf0 | code >> 18);
    *out++ = (char)(0x80 | (code >> 12 & 0x3f));
    *out++ = (char)(0x80 | (code >> 6 & 0x3f));
    *out++ = (char)(0x80 | (code & 0x3f));
  }
  return out;
}

static unsigned long hex4(const char *at) {
  char digits[5] = {0};
  strncpy(digits, at, 4);
  return strlen(digits) == 4 ? strtoul(digits, NULL, 16) : 0xfffd;
}

// Reads a string after its opening quote. Returns what follows its closing one, or NULL.
static const char *read_text(const char *at, char **text) {
  // Escapes are longer than what they stand for.
  char *out = *text = malloc(strlen(at) + 1);
  while (*at != '"' && *at != '\0') {
    if (*at != '\\') {
      *out++ = *at++;
      continue;
    }
    ++at;
    switch (*at) {
    case 'b': *out++ = '\b'; break;
    case 'f': *out++ = '\f'; break;
    case 'n': *out++ = '\n'; break;
    case 'r': *out++ = '\r'; break;
    case 't': *out++ = '\t'; break;
    case 'u': {
      unsigned long code = hex4(at + 1);
      at += strlen(at) > 4 ? 4 : 0;
      if (code >= 0xd800 && code < 0xdc00 && at[1] == '\\' && at[2] == 'u') {
        code = 0x10000 + ((code - 0xd800) << 10) + (hex4(at + 3) - 0xdc00);
        at += strlen(at) > 6 ? 6 : 0;
      }
      out = put_utf8(out, code);
      break;
    }
    case '\0': return NULL;
    default: *out++ = *at; break;
    }
    ++at;
  }
  *out = '\0';
  return *at == '"' ? at + 1 : NULL;
}

// Skips a value that is not text. Returns what follows it, or NULL.
static const char *skip_value(const char *at) {
  int depth = 0;
  for (; *at != '\0'; ++at) {
    if (*at == '"') {
      char *text;
      const char *end = read_text(at + 1, &text);
      free(text);
      if (end == NULL) {
        return NULL;
      }
      at = end - 1;
    } else if (*at == '{' || *at == '[') {
      ++depth;
    } else if (depth == 0 && (*at == ',' || *at == '}')) {
      return at;
    } else if (*at == '}' || *at == ']') {
      --depth;
    }
  }
  return NULL;
}

void proxy_settings_free(proxy_settings_t *settings) {
  if (settings == NULL) {
    return;
  }
  for (size_t i = 0; i < settings->count; ++i) {
    free(settings->all[i].name);
    free(settings->all[i].value);
  }
  free(settings->all);
  free(settings);
}

// Reads one setting. Returns what follows it, or NULL.
static const char *read_setting(const char *at, proxy_settings_t *settings) {
  setting_t setting = {0};
  if (*at != '"') {
    return NULL;
  }
  settings->all = realloc(settings->all, (settings->count + 1) * sizeof setting);
  at = read_text(at + 1, &setting.name);
  at = at == NULL ? NULL : after_space(at);
  if (at != NULL && *at == ':') {
    at = after_space(at + 1);
    setting.is_text = *at == '"';
    if (setting.is_text) {
      at = read_text(at + 1, &setting.value);
    } else {
      const char *end = skip_value(at);
      setting.value = end == NULL ? NULL : strndup(at, (size_t)(end - at));
      at = end;
    }
  } else {
    at = NULL;
  }
  settings->all[settings->count++] = setting;
  return at == NULL ? NULL : after_space(at);
}

proxy_settings_t *proxy_settings_read(const uint8_t *text, size_t length, http_filter_plugin_string_t *error) {
  proxy_settings_t *settings = calloc(1, sizeof *settings);
  char *copy = strndup((const char *)text, length);
  const char *at = after_space(copy);
  bool is_done = *at == '\0';
  if (*at == '{') {
    at = after_space(at + 1);
    is_done = *at == '}';
    while (!is_done && (at = read_setting(at, settings)) != NULL && (*at == ',' || *at == '}')) {
      is_done = *at == '}';
      at = after_space(at + 1);
    }
  }
  free(copy);
  if (!is_done) {
    proxy_settings_free(settings);
    proxy_refuse(error, "the settings are not a JSON object");
    return NULL;
  }
  return settings;
}

static setting_t *find(proxy_settings_t *settings, const char *name) {
  for (size_t i = 0; i < settings->count; ++i) {
    if (strcmp(settings->all[i].name, name) == 0) {
      settings->all[i].is_read = true;
      return &settings->all[i];
    }
  }
  return NULL;
}

bool proxy_setting_text(proxy_settings_t *settings, const char *name, char **value, http_filter_plugin_string_t *error) {
  setting_t *setting = find(settings, name);
  if (setting == NULL) {
    return true;
  }
  if (!setting->is_text) {
    return proxy_refuse(error, "`%s` is %.60s: expected text", name, setting->value);
  }
  *value = strdup(setting->value);
  return true;
}

bool proxy_setting_number(proxy_settings_t *settings, const char *name, double *value, http_filter_plugin_string_t *error) {
  setting_t *setting = find(settings, name);
  if (setting == NULL) {
    return true;
  }
  char *end = setting->value;
  double number = strtod(setting->value, &end);
  if (setting->is_text || end == setting->value) {
    return proxy_refuse(error, "`%s` is `%.60s`: expected a number", name, setting->value);
  }
  *value = number;
  return true;
}

bool proxy_settings_end(proxy_settings_t *settings, http_filter_plugin_string_t *error) {
  for (size_t i = 0; i < settings->count; ++i) {
    if (!settings->all[i].is_read) {
      return proxy_refuse(error, "unknown setting `%.60s`", settings->all[i].name);
    }
  }
  return true;
}
