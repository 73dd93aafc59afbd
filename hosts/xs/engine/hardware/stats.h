// Named counters in a small file that is mapped into memory, so that they survive SIGKILL and go
// on counting in the next run. Without a file nothing is counted.
//
//   32 entries of 32 bytes:  24 bytes name, NUL-padded (all NUL: free) | uint64 little-endian

#ifndef CHIP_STATS_H
#define CHIP_STATS_H

#include <stdbool.h>
#include <stdint.h>

enum { CHIP_STATS_ENTRIES = 32, CHIP_STATS_NAME_BYTES = 24 };

typedef struct {
  char name[CHIP_STATS_NAME_BYTES];
  uint64_t value;
} chip_stats_entry;

typedef struct {
  chip_stats_entry *entries; // NULL: nothing is counted
} chip_stats;

// Makes the file if it is new. False, with errno set, if it cannot be mapped.
bool chip_stats_open(chip_stats *self, const char *path);

// Adds to a counter. False if the name is too long or the table is full.
bool chip_stats_add(chip_stats *self, const char *name, uint64_t amount);

#endif
