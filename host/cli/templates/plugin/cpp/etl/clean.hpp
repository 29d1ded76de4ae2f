// A text function that does not use the host, so that native tests can call it.

#ifndef CLEAN_HPP
#define CLEAN_HPP

#include <string>
#include <string_view>

// The text without white space at its ends, and with single spaces inside.
std::string clean(std::string_view text);

#endif
