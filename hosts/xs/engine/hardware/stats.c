// The counters are the file: mapped shared, changed in place, written back by the kernel whatever
// becomes of the process.

#include "stats.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FILE_BYTES = CHIP_STATS_ENTRIES * (int)sizeof(chip_stats_entry) };

_Static_assert(sizeof(chip_stats_entry) == 32, "an entry of the file is 32 bytes");

bool chip_stats_open(chip_stats *self, const char *path)
{
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0)
    return false;
  void *map = MAP_FAILED;
  if (ftruncate(fd, FILE_BYTES) == 0)
    map = mmap(NULL, FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (map == MAP_FAILED)
    return false;
  self->entries = map;
  return true;
}

bool chip_stats_add(chip_stats *self, const char *name, uint64_t amount)
{
  if (!self->entries)
    return true;
  size_t length = strlen(name);
  if (length == 0 || length >= CHIP_STATS_NAME_BYTES)
    return false;
  for (int i = 0; i < CHIP_STATS_ENTRIES; i++) {
    chip_stats_entry *entry = &self->entries[i];
    if (!entry->name[0])
      memcpy(entry->name, name, length);
    if (!strncmp(entry->name, name, CHIP_STATS_NAME_BYTES)) {
      entry->value += amount;
      return true;
    }
  }
  return false;
}
