#include "clean.h"

#include <stdbool.h>

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

size_t clean(const char *text, size_t length, char *out) {
  size_t written = 0;
  bool is_waiting = false;
  for (size_t i = 0; i < length; ++i) {
    if (is_space(text[i])) {
      is_waiting = written > 0;
    } else {
      if (is_waiting) {
        out[written++] = ' ';
      }
      is_waiting = false;
      out[written++] = text[i];
    }
  }
  return written;
}
