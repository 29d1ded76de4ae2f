// What the plugin does to a text. It knows no host, so that it is tested natively.

#ifndef CLEAN_HPP
#define CLEAN_HPP

#include <string>
#include <string_view>

// The text without white space at its ends, and with one space where several stand in a row.
std::string clean(std::string_view text);

#endif
