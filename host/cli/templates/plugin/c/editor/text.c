#include "text.h"

#include <stdbool.h>

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

size_t count_words(const char *text, size_t length) {
  size_t words = 0;
  for (size_t i = 0; i < length; ++i) {
    words += !is_space(text[i]) && (i == 0 || is_space(text[i - 1]));
  }
  return words;
}

void shout(char *text, size_t length) {
  for (size_t i = 0; i < length; ++i) {
    if (text[i] >= 'a' && text[i] <= 'z') {
      text[i] = (char)(text[i] - 'a' + 'A');
    }
  }
}
