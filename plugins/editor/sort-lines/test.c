#include "sort.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static line_t line(const char *text) { return (line_t){(const unsigned char *)text, strlen(text)}; }

static int compare(const char *one, const char *other, order_t order) {
  line_t a = line(one), b = line(other);
  int forth = compare_lines(&a, &b, order), back = compare_lines(&b, &a, order);
  assert((forth < 0) == (back > 0) && (forth == 0) == (back == 0));
  return forth;
}

int main(void) {
  assert(compare("a", "b", BY_LETTERS) < 0);
  assert(compare("a", "ab", BY_LETTERS) < 0);
  assert(compare("", "a", BY_LETTERS) < 0);
  assert(compare("z", "\xc3\xa4", BY_LETTERS) < 0);
  assert(compare("file10", "file2", BY_LETTERS) < 0);
  assert(compare("file10", "file2", BY_NUMBERS) > 0);
  assert(compare("1.10.2", "1.9.3", BY_NUMBERS) > 0);
  assert(compare("x007", "x7", BY_NUMBERS) < 0);
  assert(compare("x007y", "x7z", BY_NUMBERS) < 0);
  assert(compare("99999999999999999999999", "100000000000000000000000", BY_NUMBERS) < 0);
  assert(compare("a", "a", BY_NUMBERS) == 0);

  line_t lines[] = {line("b"), line("a"), line("b"), line(""), line("c"), line("a")};
  assert(unique_lines(lines, 6) == 4);
  assert(lines[0].bytes[0] == 'b' && lines[1].bytes[0] == 'a' && lines[2].length == 0 && lines[3].bytes[0] == 'c');
  sort_lines(lines, 4, BY_LETTERS);
  assert(lines[0].length == 0 && lines[3].bytes[0] == 'c');
  reverse_lines(lines, 4);
  assert(lines[0].bytes[0] == 'c' && lines[3].length == 0);
  sort_lines(lines, 0, BY_NUMBERS);
  assert(unique_lines(lines, 0) == 0);
  puts("sorted");
  return 0;
}
