// Tests what knows nothing of the interface: move it into a file of its own, and name that file in the Makefile, in SOURCES and
// behind `build/test:`.

#include <assert.h>
#include <stdio.h>

int main(void) {
  assert(1 + 1 == 2);
  puts("tested");
  return 0;
}
