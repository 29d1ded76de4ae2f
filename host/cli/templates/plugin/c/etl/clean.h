// What the plugin does to a text. It knows no host, so that it is tested natively.

#ifndef CLEAN_H
#define CLEAN_H

#include <stddef.h>

// Writes a text without white space at its ends, and with one space where several stand in a row. `out` has room for `length`
// bytes; how many were written is returned.
size_t clean(const char *text, size_t length, char *out);

#endif
