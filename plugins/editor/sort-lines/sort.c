#include "sort.h"

#include <stdlib.h>
#include <string.h>

static bool is_digit(unsigned char byte) { return byte >= '0' && byte <= '9'; }

static int compare_bytes(const unsigned char *one, size_t one_length, const unsigned char *other, size_t other_length) {
  size_t shorter = one_length < other_length ? one_length : other_length;
  int order = shorter == 0 ? 0 : memcmp(one, other, shorter);
  if (order != 0) {
    return order;
  }
  return (one_length > other_length) - (one_length < other_length);
}

// The digits at `at`, without leading zeros. Moves `at` after them.
static line_t digits(const line_t *line, size_t *at) {
  while (*at < line->length && line->bytes[*at] == '0') {
    ++*at;
  }
  line_t found = {line->bytes + *at, 0};
  while (*at < line->length && is_digit(line->bytes[*at])) {
    ++*at;
    ++found.length;
  }
  return found;
}

// Numbers of any length: the one with more digits is greater.
static int compare_numbers(const line_t *one, size_t *i, const line_t *other, size_t *j) {
  line_t a = digits(one, i), b = digits(other, j);
  if (a.length != b.length) {
    return a.length < b.length ? -1 : 1;
  }
  return compare_bytes(a.bytes, a.length, b.bytes, b.length);
}

static int compare_natural(const line_t *one, const line_t *other) {
  size_t i = 0, j = 0;
  while (i < one->length && j < other->length) {
    unsigned char a = one->bytes[i], b = other->bytes[j];
    if (is_digit(a) && is_digit(b)) {
      int order = compare_numbers(one, &i, other, &j);
      if (order != 0) {
        return order;
      }
    } else if (a != b) {
      return a < b ? -1 : 1;
    } else {
      ++i, ++j;
    }
  }
  int order = (one->length - i > 0) - (other->length - j > 0);
  // 007 and 7 are the same number, but not the same line.
  return order != 0 ? order : compare_bytes(one->bytes, one->length, other->bytes, other->length);
}

int compare_lines(const line_t *one, const line_t *other, order_t order) {
  return order == BY_NUMBERS ? compare_natural(one, other)
                             : compare_bytes(one->bytes, one->length, other->bytes, other->length);
}

// Merges two sorted halves. A merge sort, because qsort is not stable and takes no context.
static void merge(const line_t *from, line_t *to, size_t middle, size_t count, order_t order) {
  size_t i = 0, j = middle;
  for (size_t k = 0; k < count; ++k) {
    bool left = i < middle && (j == count || compare_lines(&from[i], &from[j], order) <= 0);
    to[k] = left ? from[i++] : from[j++];
  }
}

static void sort_into(line_t *lines, line_t *spare, size_t count, order_t order) {
  if (count < 2) {
    return;
  }
  size_t middle = count / 2;
  sort_into(lines, spare, middle, order);
  sort_into(lines + middle, spare, count - middle, order);
  merge(lines, spare, middle, count, order);
  memcpy(lines, spare, count * sizeof *lines);
}

void sort_lines(line_t *lines, size_t count, order_t order) {
  line_t *spare = malloc((count ? count : 1) * sizeof *lines);
  if (spare != NULL) {
    sort_into(lines, spare, count, order);
    free(spare);
  }
}

void reverse_lines(line_t *lines, size_t count) {
  for (size_t i = 0; i < count / 2; ++i) {
    line_t kept = lines[i];
    lines[i] = lines[count - 1 - i];
    lines[count - 1 - i] = kept;
  }
}

typedef struct {
  line_t line;
  size_t place;
} placed_t;

static int by_line_then_place(const void *one, const void *other) {
  const placed_t *a = one, *b = other;
  int order = compare_lines(&a->line, &b->line, BY_LETTERS);
  return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

size_t unique_lines(line_t *lines, size_t count) {
  placed_t *placed = malloc((count ? count : 1) * sizeof *placed);
  bool *is_twin = calloc(count ? count : 1, sizeof *is_twin);
  size_t left = count;
  if (placed != NULL && is_twin != NULL) {
    for (size_t i = 0; i < count; ++i) {
      placed[i] = (placed_t){lines[i], i};
    }
    qsort(placed, count, sizeof *placed, by_line_then_place);
    for (size_t i = 1; i < count; ++i) {
      is_twin[placed[i].place] = compare_lines(&placed[i - 1].line, &placed[i].line, BY_LETTERS) == 0;
    }
    left = 0;
    for (size_t i = 0; i < count; ++i) {
      if (!is_twin[i]) {
        lines[left++] = lines[i];
      }
    }
  }
  free(placed);
  free(is_twin);
  return left;
}
