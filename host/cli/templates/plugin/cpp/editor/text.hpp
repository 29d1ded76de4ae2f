// What the plugin does to a text. It knows no editor, so that it is tested natively.

#ifndef TEXT_HPP
#define TEXT_HPP

#include <cstddef>
#include <string>
#include <string_view>

// How many words there are, with white space between them.
std::size_t count_words(std::string_view text);

// The text with capitals for the letters a to z.
std::string shout(std::string_view text);

#endif
