#include "path.h"

#include <assert.h>
#include <stdio.h>

int main(void) {
  assert(is_absolute("/internal") && !is_absolute("internal") && !is_absolute(""));
  assert(is_below("/internal", "/internal") && is_below("/internal/metrics", "/internal"));
  assert(!is_below("/", "/internal") && !is_below("/x/internal", "/internal"));
  puts("ok");
  return 0;
}
