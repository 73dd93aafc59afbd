// The one context of a run. The engine carries a pointer to it; there is no global state.

#ifndef CHIP_H
#define CHIP_H

#include "exit.h"
#include "flash-image.h"
#include "loop.h"
#include "memory.h"
#include "options.h"
#include "stats.h"

#include <limits.h>

typedef struct chip {
  chip_options options;
  chip_stats stats;
  chip_flash flash;
  chip_memory memory;
  chip_loop loop;
  char modules[PATH_MAX]; // folder of the modules that are not built in
  char main[PATH_MAX]; // resolved path of the main module
  bool running; // false while device modules are being preloaded: natives refuse to work
  bool jobs_pending; // promise jobs wait
  chip_exit load_failure; // why a module cannot be preloaded; CHIP_EXIT_END: it threw
  uint64_t started; // chip_now() at the start
  const void *natives; // of the module being loaded; see module.c
} chip;

// Ends a run as the program or the engine wants it: reports what was asked for, then ends.
void chip_stop(chip *self, chip_exit code) __attribute__((noreturn));

#endif
