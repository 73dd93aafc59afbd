// The partition table at flash offset 0x8000, as ESP-IDF reads it (flash_partitions.c).
// Its MD5 record is skipped, not checked: that is the bootloader's work, done before we run.
//
//   off size                        one record, 32 bytes, little-endian
//     0    2  magic AA 50           (EB EB: the MD5 record; FF FF: the end)
//     2    1  type                  0 app, 1 data
//     3    1  subtype               app: 0x10 + n is ota_n
//     4    4  offset in flash
//     8    4  size
//    12   16  label, NUL-padded, may fill all 16
//    28    4  flags

#ifndef CHIP_PARTITION_TABLE_H
#define CHIP_PARTITION_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum {
  CHIP_PARTITION_TABLE_OFFSET = 0x8000,
  CHIP_PARTITION_TABLE_BYTES = 0xC00,
  CHIP_PARTITION_RECORD_BYTES = 32,
  CHIP_PARTITION_LABEL_BYTES = 16,
  CHIP_PARTITIONS_MAX = CHIP_PARTITION_TABLE_BYTES / CHIP_PARTITION_RECORD_BYTES,
};

enum { CHIP_PARTITION_APP = 0, CHIP_PARTITION_DATA = 1, CHIP_PARTITION_OTA_0 = 0x10 };

typedef struct {
  uint8_t type;
  uint8_t subtype;
  uint32_t offset;
  uint32_t size;
  char label[CHIP_PARTITION_LABEL_BYTES + 1];
} chip_partition;

typedef struct {
  chip_partition entries[CHIP_PARTITIONS_MAX];
  size_t count;
} chip_partition_table;

typedef enum {
  CHIP_TABLE_OK = 0,
  CHIP_TABLE_ABSENT = -1, // no record where the first should be
  CHIP_TABLE_BAD_RECORD = -2, // neither a partition, nor MD5, nor the end
  CHIP_TABLE_NO_END = -3,
  CHIP_TABLE_BAD_RANGE = -4, // a partition leaves the flash or is not on whole blocks
} chip_table_error;

// Reads CHIP_PARTITION_TABLE_BYTES bytes. `flash_bytes` is the size of the whole flash.
chip_table_error chip_partition_table_read(chip_partition_table *table, const uint8_t *bytes,
                                           uint64_t flash_bytes);

// A phrase for a person.
const char *chip_table_error_phrase(chip_table_error error);

// The app partition with subtype ota_`slot`, or NULL.
const chip_partition *chip_partition_ota(const chip_partition_table *table, int slot);

// Number of ota_n partitions, counted from ota_0 without a gap.
int chip_partition_ota_count(const chip_partition_table *table);

// The data partition with that label, or NULL. App partitions are not found by label.
const chip_partition *chip_partition_data(const chip_partition_table *table, const char *label);

#endif
