// The command line. engine/README.md is its reference.

#ifndef CHIP_OPTIONS_H
#define CHIP_OPTIONS_H

#include "flash-image.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CHIP_MAC_BYTES = 6 };

typedef struct {
  const char *module; // path of the main module
  const char *modules; // folder of the modules that are not built in; NULL: beside the binary
  const char *flash; // NULL: the chip has no flash
  const char *stats; // NULL: nothing is counted
  const char *reset_reason;
  int slot;
  size_t heap_bytes; // 0: no limit
  int stack_slots;
  size_t window_bytes;
  int watchdog_fd; // -1: nobody listens
  chip_flash_cuts cuts;
  chip_flash_times flash_times;
  uint8_t mac[CHIP_MAC_BYTES];
  bool report_memory;
  bool version;
} chip_options;

// Ends the process with CHIP_EXIT_USAGE and one line if the command line is wrong.
void chip_options_read(chip_options *self, int count, char **arguments);

#endif
