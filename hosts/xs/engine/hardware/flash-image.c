// NOR flash over pread and pwrite, block by block, with nothing kept in between. Which partition
// may be written is not decided here (flash.c).

#include "flash-image.h"

#include "exit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_all(int fd, uint8_t *bytes, size_t length, uint64_t offset)
{
  while (length) {
    ssize_t count = pread(fd, bytes, length, (off_t)offset);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return false;
    bytes += count;
    offset += (size_t)count;
    length -= (size_t)count;
  }
  return true;
}

static bool write_all(int fd, const uint8_t *bytes, size_t length, uint64_t offset)
{
  while (length) {
    ssize_t count = pwrite(fd, bytes, length, (off_t)offset);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return false;
    bytes += count;
    offset += (size_t)count;
    length -= (size_t)count;
  }
  return true;
}

void chip_flash_open(chip_flash *self, const char *path, int slot)
{
  struct stat status;
  uint8_t bytes[CHIP_PARTITION_TABLE_BYTES];
  self->fd = open(path, O_RDWR | O_CLOEXEC);
  if (self->fd < 0 || fstat(self->fd, &status) < 0)
    chip_fail(CHIP_EXIT_FLASH, "flash %s: %s", path, strerror(errno));
  if (flock(self->fd, LOCK_EX | LOCK_NB) < 0)
    chip_fail(CHIP_EXIT_FLASH, "flash %s: another chip is running on it", path);
  if (!S_ISREG(status.st_mode) || status.st_size == 0 || status.st_size % CHIP_FLASH_BLOCK_BYTES)
    chip_fail(CHIP_EXIT_FLASH, "flash %s: not a flash image (size is no multiple of 4096)", path);
  if (!read_all(self->fd, bytes, sizeof bytes, CHIP_PARTITION_TABLE_OFFSET))
    chip_fail(CHIP_EXIT_FLASH, "flash %s: not a flash image (too short)", path);
  chip_table_error error = chip_partition_table_read(&self->table, bytes, (uint64_t)status.st_size);
  if (error)
    chip_fail(CHIP_EXIT_FLASH, "flash %s: not a flash image (%s)", path,
              chip_table_error_phrase(error));
  int slots = chip_partition_ota_count(&self->table);
  if (slot >= slots)
    chip_fail(CHIP_EXIT_FLASH, "flash %s: no partition ota_%d to run from", path, slot);
  self->running = chip_partition_ota(&self->table, slot);
  self->next = slots > 1 ? chip_partition_ota(&self->table, (slot + 1) % slots) : NULL;
}

static void power_cut(const char *operation, uint64_t offset)
{
  chip_fail(CHIP_EXIT_POWER_CUT, "power cut in %s at 0x%06llX", operation,
            (unsigned long long)offset);
}

bool chip_flash_read(chip_flash *self, uint32_t offset, uint8_t *bytes, size_t length)
{
  return read_all(self->fd, bytes, length, offset);
}

// NOR: programming clears bits and never sets one.
static bool clear_bits(int fd, uint32_t offset, const uint8_t *bytes, size_t length)
{
  uint8_t block[CHIP_FLASH_BLOCK_BYTES];
  while (length) {
    size_t count = length < sizeof block ? length : sizeof block;
    if (!read_all(fd, block, count, offset))
      return false;
    for (size_t i = 0; i < count; i++)
      block[i] &= bytes[i];
    if (!write_all(fd, block, count, offset))
      return false;
    bytes += count;
    offset += (uint32_t)count;
    length -= count;
  }
  return true;
}

static bool in_partition(const chip_partition *partition, uint32_t offset)
{
  return partition && offset >= partition->offset && offset - partition->offset < partition->size;
}

// How many of `length` bytes are programmed before the power fails; `length` if it does not.
static size_t bytes_before_cut(chip_flash *self, size_t length, bool in_slot)
{
  size_t allowed = length;
  if (self->done.operation == self->cuts.operation)
    allowed = length / 2;
  if (in_slot && self->cuts.slot_bytes - self->done.slot_bytes < allowed)
    allowed = (size_t)(self->cuts.slot_bytes - self->done.slot_bytes);
  if (!in_slot && self->cuts.record_bytes - self->done.record_bytes < allowed)
    allowed = (size_t)(self->cuts.record_bytes - self->done.record_bytes);
  return allowed;
}

bool chip_flash_program(chip_flash *self, uint32_t offset, const uint8_t *bytes, size_t length)
{
  if (length == 0)
    return true;
  bool in_slot = in_partition(self->next, offset);
  self->done.operation++;
  size_t allowed = bytes_before_cut(self, length, in_slot);
  chip_flash_wait_program(&self->times, offset, allowed);
  if (!clear_bits(self->fd, offset, bytes, allowed))
    return false;
  if (in_slot) {
    self->done.slot_bytes += allowed;
    chip_stats_add(self->stats, "slotBytesProgrammed", allowed);
  } else
    self->done.record_bytes += allowed;
  chip_stats_add(self->stats, "flashBytesProgrammed", allowed);
  chip_stats_add(self->stats, "flashOperations", 1);
  if (allowed < length) {
    uint8_t border = bytes[allowed] | 0xF0;
    if (!clear_bits(self->fd, offset + (uint32_t)allowed, &border, 1))
      return false;
    power_cut("write", (uint64_t)offset + allowed);
  }
  return true;
}

static bool erase_block(chip_flash *self, uint32_t block)
{
  uint8_t erased[CHIP_FLASH_BLOCK_BYTES];
  uint64_t offset = (uint64_t)block * CHIP_FLASH_BLOCK_BYTES;
  memset(erased, 0xFF, sizeof erased);
  self->done.operation++;
  bool cut = self->done.operation == self->cuts.operation;
  if (!write_all(self->fd, erased, cut ? sizeof erased / 2 : sizeof erased, offset))
    return false;
  chip_stats_add(self->stats, "flashOperations", 1);
  if (cut)
    power_cut("erase", offset);
  chip_stats_add(self->stats, "blocksErased", 1);
  if (in_partition(self->next, (uint32_t)offset))
    chip_stats_add(self->stats, "slotBlocksErased", 1);
  return true;
}

bool chip_flash_erase(chip_flash *self, uint32_t first, uint32_t end)
{
  while (first < end) {
    uint32_t count = chip_flash_wait_erase(&self->times, first, end);
    for (uint32_t block = first; block < first + count; block++) {
      if (!erase_block(self, block))
        return false;
    }
    first += count;
  }
  return true;
}
