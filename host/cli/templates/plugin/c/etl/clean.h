// A text function that does not use the host, so that native tests can call it.

#ifndef CLEAN_H
#define CLEAN_H

#include <stddef.h>

// Writes the text without white space at its ends and with single spaces inside to `out`, which has room for `length` bytes. Returns
// the number of bytes written.
size_t clean(const char *text, size_t length, char *out);

#endif
