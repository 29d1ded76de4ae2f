#include "path.h"

#include <string.h>

bool is_absolute(const char *path) { return path[0] == '/'; }

bool is_below(const char *path, const char *top) { return strncmp(path, top, strlen(top)) == 0; }
