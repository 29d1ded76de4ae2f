// The order of lines.

#ifndef SORT_H
#define SORT_H

#include <stdbool.h>
#include <stddef.h>

// A line's bytes, borrowed.
typedef struct {
  const unsigned char *bytes;
  size_t length;
} line_t;

typedef enum {
  BY_LETTERS,
  // Compares digits as numbers: file2 comes before file10.
  BY_NUMBERS,
} order_t;

// Less than, equal to or greater than zero if `one` comes before, equals or comes after `other`.
int compare_lines(const line_t *one, const line_t *other, order_t order);

// Sorts lines. The sort is stable.
void sort_lines(line_t *lines, size_t count, order_t order);

// Reverses the order of lines.
void reverse_lines(line_t *lines, size_t count);

// Keeps the first of equal lines, which need not be adjacent, and returns how many remain.
size_t unique_lines(line_t *lines, size_t count);

#endif
