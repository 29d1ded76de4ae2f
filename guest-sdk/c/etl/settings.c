// The settings: a JSON object whose values are neither lists nor objects.

#include "internal.h"

#include <stdlib.h>
#include <string.h>

typedef enum { TEXT, NUMBER, FLAG, NOTHING } kind_t;

typedef struct {
  etl_text_t name;
  kind_t kind;
  etl_text_t text;
  double number;
  bool flag;
  bool is_used;
} setting_t;

struct etl_settings {
  setting_t *all;
  size_t count;
  size_t capacity;
};

typedef struct {
  const char *at;
  const char *end;
} reader_t;

static void skip_space(reader_t *reader) {
  while (reader->at < reader->end && strchr(" \t\r\n", *reader->at) != NULL) {
    ++reader->at;
  }
}

static bool takes(reader_t *reader, const char *expected) {
  size_t length = strlen(expected);
  skip_space(reader);
  if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, expected, length) != 0) {
    return false;
  }
  reader->at += length;
  return true;
}

static bool read_hexadecimal(reader_t *reader, uint32_t *unit) {
  *unit = 0;
  for (int i = 0; i < 4; ++i, ++reader->at) {
    if (reader->at == reader->end) {
      return false;
    }
    char c = *reader->at;
    uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                     : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                     : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                            : 16;
    if (digit == 16) {
      return false;
    }
    *unit = *unit * 16 + digit;
  }
  return true;
}

static size_t put_utf8(char *text, uint32_t c) {
  if (c < 0x80) {
    text[0] = (char)c;
    return 1;
  }
  if (c < 0x800) {
    text[0] = (char)(0xc0 | c >> 6);
    text[1] = (char)(0x80 | (c & 0x3f));
    return 2;
  }
  if (c < 0x10000) {
    text[0] = (char)(0xe0 | c >> 12);
    text[1] = (char)(0x80 | (c >> 6 & 0x3f));
    text[2] = (char)(0x80 | (c & 0x3f));
    return 3;
  }
  text[0] = (char)(0xf0 | c >> 18);
  text[1] = (char)(0x80 | (c >> 12 & 0x3f));
  text[2] = (char)(0x80 | (c >> 6 & 0x3f));
  text[3] = (char)(0x80 | (c & 0x3f));
  return 4;
}

static bool read_escaped(reader_t *reader, char *text, size_t *length) {
  if (reader->at == reader->end) {
    return false;
  }
  static const char ESCAPES[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
  char escape = *reader->at++;
  if (escape != 'u') {
    for (const char *pair = ESCAPES; *pair != 0; pair += 2) {
      if (*pair == escape) {
        text[(*length)++] = pair[1];
        return true;
      }
    }
    return false;
  }
  uint32_t c, low;
  if (!read_hexadecimal(reader, &c)) {
    return false;
  }
  if (c >= 0xd800 && c < 0xdc00) {
    if (reader->end - reader->at < 2 || reader->at[0] != '\\' || reader->at[1] != 'u') {
      return false;
    }
    reader->at += 2;
    if (!read_hexadecimal(reader, &low) || low < 0xdc00 || low > 0xdfff) {
      return false;
    }
    c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
  } else if (c >= 0xdc00 && c < 0xe000) {
    return false;
  }
  *length += put_utf8(text + *length, c);
  return true;
}

// A string. It has at most as many bytes as its JSON form.
static bool read_text(reader_t *reader, etl_text_t *value) {
  if (!takes(reader, "\"")) {
    return false;
  }
  char *text = etl_allocate((size_t)(reader->end - reader->at) + 1);
  size_t length = 0;
  bool is_whole = true;
  while (is_whole && reader->at < reader->end && *reader->at != '"') {
    char c = *reader->at++;
    if (c == '\\') {
      is_whole = read_escaped(reader, text, &length);
    } else {
      text[length++] = c;
    }
  }
  if (!is_whole || reader->at == reader->end) {
    free(text);
    return false;
  }
  ++reader->at;
  *value = (etl_text_t){text, length};
  return true;
}

static bool read_number(reader_t *reader, double *value) {
  char digits[64];
  size_t length = 0;
  skip_space(reader);
  while (reader->at < reader->end && strchr("+-.0123456789eE", *reader->at) != NULL && length < sizeof digits - 1) {
    digits[length++] = *reader->at++;
  }
  digits[length] = 0;
  char *end;
  *value = strtod(digits, &end);
  return length > 0 && end == digits + length;
}

static bool read_value(reader_t *reader, setting_t *setting, etl_error_t *error) {
  skip_space(reader);
  char first = reader->at < reader->end ? *reader->at : 0;
  bool is_read = true;
  if (first == '[' || first == '{') {
    return etl_settings_error(error, "`%.*s` is a %s; expected a text, a number, true or false",
                              ETL_SHOWN(setting->name), first == '[' ? "list" : "table");
  }
  if (first == '"') {
    setting->kind = TEXT;
    is_read = read_text(reader, &setting->text);
  } else if (takes(reader, "true") || takes(reader, "false")) {
    setting->kind = FLAG;
    setting->flag = first == 't';
  } else if (takes(reader, "null")) {
    setting->kind = NOTHING;
  } else {
    setting->kind = NUMBER;
    is_read = read_number(reader, &setting->number);
  }
  return is_read || etl_settings_error(error, "the value of `%.*s` is not JSON", ETL_SHOWN(setting->name));
}

etl_settings_t *etl_settings_parse(etl_text_t json, etl_error_t *error) {
  etl_settings_t *settings = etl_allocate(sizeof *settings);
  reader_t reader = {json.bytes, json.bytes + json.length};
  bool is_object = takes(&reader, "{");
  bool is_end = is_object && takes(&reader, "}");
  bool is_right = is_object;
  while (is_right && !is_end) {
    setting_t setting = {0};
    is_right = read_text(&reader, &setting.name) && takes(&reader, ":");
    if (is_right && !read_value(&reader, &setting, error)) {
      free((char *)setting.name.bytes);
      etl_settings_free(settings);
      return NULL;
    }
    settings->all = etl_grown(settings->all, settings->count, &settings->capacity, sizeof setting);
    settings->all[settings->count++] = setting;
    is_end = is_right && takes(&reader, "}");
    is_right = is_right && (is_end || takes(&reader, ","));
  }
  skip_space(&reader);
  if (!is_right || reader.at != reader.end) {
    etl_settings_error(error, "the settings are not a JSON object");
    etl_settings_free(settings);
    return NULL;
  }
  return settings;
}

void etl_settings_free(etl_settings_t *settings) {
  if (settings != NULL) {
    for (size_t i = 0; i < settings->count; ++i) {
      free((char *)settings->all[i].name.bytes);
      free((char *)settings->all[i].text.bytes);
    }
    free(settings->all);
    free(settings);
  }
}

bool etl_settings_used(const etl_settings_t *settings, etl_error_t *error) {
  for (size_t i = 0; i < settings->count; ++i) {
    if (!settings->all[i].is_used) {
      return etl_settings_error(error, "unknown setting `%.*s`", ETL_SHOWN(settings->all[i].name));
    }
  }
  return true;
}

// The setting of this name, if it exists and is not null.
static bool find(etl_settings_t *settings, const char *name, kind_t kind, const char *expected, const setting_t **found,
                 etl_error_t *error) {
  *found = NULL;
  for (size_t i = 0; i < settings->count; ++i) {
    setting_t *setting = &settings->all[i];
    if (!etl_equal(setting->name, name)) {
      continue;
    }
    setting->is_used = true;
    if (setting->kind == kind) {
      *found = setting;
    } else if (setting->kind != NOTHING) {
      return etl_settings_error(error, "`%s` must be %s", name, expected);
    }
  }
  return true;
}

bool etl_setting_text(etl_settings_t *settings, const char *name, etl_text_t *value, etl_error_t *error) {
  const setting_t *found;
  if (!find(settings, name, TEXT, "a text", &found, error)) {
    return false;
  }
  *value = found != NULL ? found->text : *value;
  return true;
}

bool etl_setting_number(etl_settings_t *settings, const char *name, double *value, etl_error_t *error) {
  const setting_t *found;
  if (!find(settings, name, NUMBER, "a number", &found, error)) {
    return false;
  }
  *value = found != NULL ? found->number : *value;
  return true;
}

bool etl_setting_flag(etl_settings_t *settings, const char *name, bool *value, etl_error_t *error) {
  const setting_t *found;
  if (!find(settings, name, FLAG, "true or false", &found, error)) {
    return false;
  }
  *value = found != NULL ? found->flag : *value;
  return true;
}
