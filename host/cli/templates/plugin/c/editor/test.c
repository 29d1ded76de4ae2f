#include "text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  assert(count_words("", 0) == 0);
  assert(count_words(" \n ", 3) == 0);
  assert(count_words("one", 3) == 1);
  assert(count_words(" one\ttwo \n", 10) == 2);

  char text[] = "Hello, w\xc3\xb6rld 1";
  shout(text, strlen(text));
  assert(strcmp(text, "HELLO, W\xc3\xb6RLD 1") == 0);
  puts("ok");
  return 0;
}
