// Functions that do not use the proxy, so that native tests can call them.

#ifndef PATH_H
#define PATH_H

#include <stdbool.h>

// Whether a path begins with `/`.
bool is_absolute(const char *path);

// Whether a path begins with another one.
bool is_below(const char *path, const char *top);

#endif
