// See flash-times.h.

#include "flash-times.h"

#include <errno.h>
#include <time.h>

enum { PAGE_BYTES = 256, LARGE_ERASE_BLOCKS = 16, WORST_ONE_IN = 512 };

typedef struct {
  double typical_us;
  double worst_us;
} duration;

static const duration page = { 400, 3000 };
static const duration sector = { 45000, 400000 };
static const duration large_block = { 150000, 1000000 };

// Mulberry32, as src/simulator/chip/seeded.ts: in [0, 1).
static double next_random(chip_flash_times *self)
{
  uint32_t state = self->state += 0x6D2B79F5;
  uint32_t mixed = (state ^ (state >> 15)) * (state | 1);
  mixed ^= mixed + (mixed ^ (mixed >> 7)) * (mixed | 61);
  return (mixed ^ (mixed >> 14)) / 4294967296.0;
}

static double draw(chip_flash_times *self, duration one)
{
  if (self->pace == CHIP_FLASH_TYPICAL)
    return one.typical_us;
  if (next_random(self) < 1.0 / WORST_ONE_IN)
    return one.worst_us;
  return one.typical_us * (0.8 + 0.4 * next_random(self));
}

static void stand_still(double microseconds)
{
  struct timespec left = { (time_t)(microseconds / 1e6), 0 };
  left.tv_nsec = (long)((microseconds - (double)left.tv_sec * 1e6) * 1e3);
  while (nanosleep(&left, &left) < 0 && errno == EINTR)
    ;
}

void chip_flash_wait_program(chip_flash_times *self, uint32_t offset, size_t length)
{
  if (self->pace == CHIP_FLASH_INSTANT || length == 0)
    return;
  uint64_t pages = (offset + length - 1) / PAGE_BYTES - offset / PAGE_BYTES + 1;
  double microseconds = 0;
  while (pages--)
    microseconds += draw(self, page);
  stand_still(microseconds);
}

uint32_t chip_flash_wait_erase(chip_flash_times *self, uint32_t first, uint32_t end)
{
  bool is_large = first % LARGE_ERASE_BLOCKS == 0 && end - first >= LARGE_ERASE_BLOCKS;
  if (self->pace != CHIP_FLASH_INSTANT)
    stand_still(draw(self, is_large ? large_block : sector));
  return is_large ? LARGE_ERASE_BLOCKS : 1;
}
