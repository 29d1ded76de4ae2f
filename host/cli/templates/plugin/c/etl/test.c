#include "clean.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static void expect(const char *text, const char *expected) {
  char out[64];
  size_t length = clean(text, strlen(text), out);
  assert(length == strlen(expected) && memcmp(out, expected, length) == 0);
}

int main(void) {
  expect("", "");
  expect(" \t\r\n", "");
  expect("ada", "ada");
  expect("  Ada \t Lovelace\n", "Ada Lovelace");
  expect(" \xc3\xa4  \xc3\xb6 ", "\xc3\xa4 \xc3\xb6");
  puts("ok");
  return 0;
}
