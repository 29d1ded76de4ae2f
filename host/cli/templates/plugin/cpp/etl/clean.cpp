#include "clean.hpp"

std::string clean(std::string_view text) {
  constexpr std::string_view SPACE = " \t\n\v\f\r";
  std::string cleaned;
  cleaned.reserve(text.size());
  for (std::size_t start = text.find_first_not_of(SPACE); start != text.npos; start = text.find_first_not_of(SPACE)) {
    text.remove_prefix(start);
    std::string_view word = text.substr(0, text.find_first_of(SPACE));
    if (!cleaned.empty()) cleaned += ' ';
    cleaned += word;
    text.remove_prefix(word.size());
  }
  return cleaned;
}
