// Native tests. Move code that does not use the interface to a file of its own, and add that file to the Makefile, in SOURCES and
// after `build/test:`.

#include <assert.h>
#include <stdio.h>

int main(void) {
  assert(1 + 1 == 2);
  puts("ok");
  return 0;
}
