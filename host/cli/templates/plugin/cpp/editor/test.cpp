#include "text.hpp"

#include <cassert>
#include <cstdio>

int main() {
  assert(count_words("") == 0);
  assert(count_words(" \n ") == 0);
  assert(count_words("one") == 1);
  assert(count_words(" one\ttwo \n") == 2);
  assert(shout("Hello, w\xc3\xb6rld 1") == "HELLO, W\xc3\xb6RLD 1");
  std::puts("ok");
}
