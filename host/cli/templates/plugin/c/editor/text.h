// What the plugin does to a text. It knows no editor, so that it is tested natively.

#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>

// How many words there are, with white space between them.
size_t count_words(const char *text, size_t length);

// Makes capitals of the letters a to z.
void shout(char *text, size_t length);

#endif
