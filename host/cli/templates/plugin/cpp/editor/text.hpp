// Text functions that do not use the editor, so that native tests can call them.

#ifndef TEXT_HPP
#define TEXT_HPP

#include <cstddef>
#include <string>
#include <string_view>

// The number of words, which white space separates.
std::size_t count_words(std::string_view text);

// The text with the letters a to z as capitals.
std::string shout(std::string_view text);

#endif
