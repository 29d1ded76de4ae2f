// Tests what knows nothing of the interface: move it into a file of its own, and name that file in the Makefile, in SOURCES and
// behind `build/test:`.

#include <cassert>
#include <cstdio>

int main() {
  assert(1 + 1 == 2);
  std::puts("tested");
}
