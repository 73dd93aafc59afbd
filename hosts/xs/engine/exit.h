// Why the program ended: the exit codes, as engine/README.md documents them, and the one way to
// say something to a person: a line on stderr that begins with '#'.

#ifndef CHIP_EXIT_H
#define CHIP_EXIT_H

#include <stddef.h>

typedef enum {
  CHIP_EXIT_END = 0, // nothing left to do: no timer, no socket, no pending job
  CHIP_EXIT_HOST = 1, // the host itself failed; not the program's doing
  CHIP_EXIT_USAGE = 2,
  CHIP_EXIT_RESTART = 10, // the program asked for a reset
  CHIP_EXIT_MEMORY_FULL = 11,
  CHIP_EXIT_STACK_OVERFLOW = 12,
  CHIP_EXIT_EXCEPTION = 13,
  CHIP_EXIT_REJECTION = 14,
  CHIP_EXIT_NO_MODULE = 15,
  CHIP_EXIT_SYNTAX = 16,
  CHIP_EXIT_RETAINED_BUFFER = 17,
  CHIP_EXIT_FLASH = 18,
  CHIP_EXIT_POWER_CUT = 19,
} chip_exit;

// Writes "# ", the formatted text and a line end to stderr, in one write. Text beyond 4 KiB is cut.
void chip_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Ends the process at once: nothing is flushed, no handler runs, as when a chip is reset.
void chip_end(chip_exit code) __attribute__((noreturn));

// chip_say, then chip_end.
void chip_fail(chip_exit code, const char *format, ...)
  __attribute__((format(printf, 2, 3), noreturn));

// Zeroed memory of the host. Ends the process if there is none.
void *chip_allocate(size_t length);

#endif
