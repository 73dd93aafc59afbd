// What NOR flash costs in time, and standing still for that long: on a chip of one core the cache is
// off while its flash is erased or programmed, so that neither the program nor the network goes on.
//
//   erase    45 ms a sector of 4 KiB, 150 ms an aligned block of 64 KiB
//   program  0.4 ms a page of 256 bytes that is touched
//
// With a seed each of these varies by up to a fifth, and one in 512 takes the longest that a data
// sheet allows: 400 ms, 1000 ms, 3 ms. src/formats/flash/flash-times.ts has the same figures.

#ifndef CHIP_FLASH_TIMES_H
#define CHIP_FLASH_TIMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
  CHIP_FLASH_INSTANT = 0,
  CHIP_FLASH_TYPICAL,
  CHIP_FLASH_SEEDED,
} chip_flash_pace;

typedef struct {
  chip_flash_pace pace;
  uint32_t state; // of the pseudo-random numbers: first the seed
} chip_flash_times;

// Stands still for as long as the program of `length` bytes at `offset` takes.
void chip_flash_wait_program(chip_flash_times *self, uint32_t offset, size_t length);

// Stands still for as long as one erase command takes that begins at block `first` and may go on up
// to, not including, `end`. Returns the blocks that it erases: 16 of an aligned 64 KiB, or 1.
uint32_t chip_flash_wait_erase(chip_flash_times *self, uint32_t first, uint32_t end);

#endif
