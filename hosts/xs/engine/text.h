// Text of the engine and text of the world. XS keeps strings in UTF-8 but for two things: NUL is
// C0 80, and surrogates that were put together one by one are still three bytes each.

#ifndef CHIP_TEXT_H
#define CHIP_TEXT_H

#include <stddef.h>

// Writes `text`, as the engine has it, as UTF-8 to `result`, which has room for strlen(text) bytes.
// Returns how many bytes it is. A surrogate that stands alone stays as it is.
size_t chip_text_to_utf8(const char *text, char *result);

#endif
