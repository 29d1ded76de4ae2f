#include "clean.hpp"

#include <cassert>
#include <cstdio>

int main() {
  assert(clean("") == "");
  assert(clean(" \t\r\n") == "");
  assert(clean("ada") == "ada");
  assert(clean("  Ada \t Lovelace\n") == "Ada Lovelace");
  assert(clean(" \xc3\xa4  \xc3\xb6 ") == "\xc3\xa4 \xc3\xb6");
  std::puts("ok");
}
