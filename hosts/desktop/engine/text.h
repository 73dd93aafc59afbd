// Text of the engine and text of the world. XS keeps strings in CESU-8: a character beyond U+FFFF as
// two surrogates of three bytes each, NUL as C0 80. Outside it is UTF-8.

#ifndef CHIP_TEXT_H
#define CHIP_TEXT_H

#include <stddef.h>

// Writes `text`, as the engine has it, as UTF-8 to `result`, which has room for strlen(text) bytes.
// Returns how many bytes it is. A surrogate that stands alone stays as it is.
size_t chip_text_to_utf8(const char *text, char *result);

#endif
