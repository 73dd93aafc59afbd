// One pass over the bytes; a result is never longer than its source.

#include "text.h"

#include <stdbool.h>
#include <stdint.h>

// The low ten bits of a surrogate ED A0..AF xx (high) or ED B0..BF xx (low).
static bool read_surrogate(const uint8_t *p, uint8_t first, uint32_t *bits)
{
  if (p[0] != 0xED || (p[1] & 0xF0) != first || !p[2])
    return false;
  *bits = (uint32_t)(p[1] & 0x0F) << 6 | (p[2] & 0x3F);
  return true;
}

size_t chip_text_to_utf8(const char *text, char *result)
{
  const uint8_t *p = (const uint8_t *)text;
  char *q = result;
  uint32_t high, low;
  while (*p) {
    if (p[0] == 0xC0 && p[1] == 0x80) {
      *q++ = 0;
      p += 2;
    } else if (read_surrogate(p, 0xA0, &high) && read_surrogate(p + 3, 0xB0, &low)) {
      uint32_t code = 0x10000 + (high << 10) + low;
      *q++ = (char)(0xF0 | code >> 18);
      *q++ = (char)(0x80 | (code >> 12 & 0x3F));
      *q++ = (char)(0x80 | (code >> 6 & 0x3F));
      *q++ = (char)(0x80 | (code & 0x3F));
      p += 6;
    } else {
      *q++ = (char)*p++;
    }
  }
  return (size_t)(q - result);
}
