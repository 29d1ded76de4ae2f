// Text functions that do not use the editor, so that native tests can call them.

#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>

// The number of words, which white space separates.
size_t count_words(const char *text, size_t length);

// Turns the letters a to z into capitals.
void shout(char *text, size_t length);

#endif
