// See exit.h. Writes with write(2): stdio keeps nothing that a sudden end could lose.

#include "exit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LINE_BYTES_MAX = 4096 };

static void say(const char *format, va_list arguments)
{
  char line[LINE_BYTES_MAX + 4] = "# ";
  int length = vsnprintf(line + 2, LINE_BYTES_MAX, format, arguments);
  if (length < 0)
    return;
  if (length >= LINE_BYTES_MAX)
    length = LINE_BYTES_MAX - 1;
  line[2 + length] = '\n';
  // A reader that is gone is no reason to stop: the result is not looked at.
  ssize_t written = write(STDERR_FILENO, line, 3 + (size_t)length);
  (void)written;
}

void chip_say(const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  say(format, arguments);
  va_end(arguments);
}

void chip_end(chip_exit code)
{
  _exit(code);
}

void chip_fail(chip_exit code, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  say(format, arguments);
  va_end(arguments);
  chip_end(code);
}

void *chip_allocate(size_t length)
{
  void *result = calloc(1, length);
  if (!result)
    chip_fail(CHIP_EXIT_HOST, "the host has no memory left");
  return result;
}
