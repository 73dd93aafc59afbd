// The flash chip: a file with NOR semantics, and the power cuts that may hit it. Knows nothing of
// JavaScript.
//
// Every call goes straight to the file: what has returned is there after a SIGKILL, and nothing
// else is. A cut (see chip_flash_cuts) ends the process inside a call and leaves what a cut leaves
// in real flash:
//   program  a prefix of the bytes, then one byte whose low four bits only were programmed
//   erase    the first half of the block FF, the rest as it was

#ifndef CHIP_FLASH_IMAGE_H
#define CHIP_FLASH_IMAGE_H

#include "flash-times.h"
#include "partition-table.h"
#include "stats.h"

enum { CHIP_FLASH_BLOCK_BYTES = 4096 };

// Where the power fails, counted from the start of the process. CHIP_NO_CUT: never.
// An operation is one program call or one block erased.
#define CHIP_NO_CUT UINT64_MAX
typedef struct {
  uint64_t operation; // inside the operation of this number, the first being 1
  uint64_t slot_bytes; // after so many bytes programmed in the idle slot
  uint64_t record_bytes; // after so many bytes programmed anywhere else
} chip_flash_cuts;

typedef struct {
  int fd; // -1: no flash
  chip_partition_table table;
  const chip_partition *running; // the slot we run from: read only
  const chip_partition *next; // the idle slot
  chip_flash_cuts cuts;
  chip_flash_cuts done;
  chip_flash_times times;
  chip_stats *stats;
} chip_flash;

// Opens the image; ends the process with CHIP_EXIT_FLASH and one clear line if it is none.
void chip_flash_open(chip_flash *self, const char *path, int slot);

// The ranges are absolute and must lie inside the flash. False: the file failed (errno tells).
bool chip_flash_read(chip_flash *self, uint32_t offset, uint8_t *bytes, size_t length);
bool chip_flash_program(chip_flash *self, uint32_t offset, const uint8_t *bytes, size_t length);
// Erases the blocks from `first` up to, not including, `end`.
bool chip_flash_erase(chip_flash *self, uint32_t first, uint32_t end);

#endif
