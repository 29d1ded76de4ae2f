#include "text.hpp"

#include <algorithm>

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::size_t count_words(std::string_view text) {
  std::size_t words = 0;
  bool is_inside = false;
  for (char c : text) {
    words += !is_space(c) && !is_inside;
    is_inside = !is_space(c);
  }
  return words;
}

std::string shout(std::string_view text) {
  std::string loud(text);
  std::ranges::transform(loud, loud.begin(), [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
  return loud;
}
