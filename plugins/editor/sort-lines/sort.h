// The order of lines.

#ifndef SORT_H
#define SORT_H

#include <stdbool.h>
#include <stddef.h>

// A line's bytes, somebody else's.
typedef struct {
  const unsigned char *bytes;
  size_t length;
} line_t;

typedef enum {
  BY_LETTERS,
  // Digits that follow each other count as the number that they are: file2 stands before file10.
  BY_NUMBERS,
} order_t;

// Less than, equal to or greater than zero, as `one` stands before, beside or behind `other`.
int compare_lines(const line_t *one, const line_t *other, order_t order);

// Sorts lines. Those that are equal stay in their order.
void sort_lines(line_t *lines, size_t count, order_t order);

// Turns the order of lines round.
void reverse_lines(line_t *lines, size_t count);

// Leaves the first of equal lines, wherever they stand, and gives how many are left.
size_t unique_lines(line_t *lines, size_t count);

#endif
