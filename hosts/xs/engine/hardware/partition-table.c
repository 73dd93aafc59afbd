// Reads the table into memory once; looking things up is a walk over at most 96 records.

#include "partition-table.h"

#include <string.h>

enum { BLOCK_BYTES = 4096 };

static uint32_t read_le32(const uint8_t *bytes)
{
  return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

static chip_table_error read_record(chip_partition *partition, const uint8_t *record,
                                    uint64_t flash_bytes)
{
  partition->type = record[2];
  partition->subtype = record[3];
  partition->offset = read_le32(record + 4);
  partition->size = read_le32(record + 8);
  memcpy(partition->label, record + 12, CHIP_PARTITION_LABEL_BYTES);
  partition->label[CHIP_PARTITION_LABEL_BYTES] = 0;
  if (partition->offset % BLOCK_BYTES || partition->size % BLOCK_BYTES)
    return CHIP_TABLE_BAD_RANGE;
  if ((uint64_t)partition->offset + partition->size > flash_bytes)
    return CHIP_TABLE_BAD_RANGE;
  return CHIP_TABLE_OK;
}

chip_table_error chip_partition_table_read(chip_partition_table *table, const uint8_t *bytes,
                                           uint64_t flash_bytes)
{
  table->count = 0;
  for (int i = 0; i < CHIP_PARTITIONS_MAX; i++) {
    const uint8_t *record = bytes + i * CHIP_PARTITION_RECORD_BYTES;
    if (record[0] == 0xFF && record[1] == 0xFF)
      return table->count ? CHIP_TABLE_OK : CHIP_TABLE_ABSENT;
    if (record[0] == 0xEB && record[1] == 0xEB)
      continue;
    if (record[0] != 0xAA || record[1] != 0x50)
      return table->count ? CHIP_TABLE_BAD_RECORD : CHIP_TABLE_ABSENT;
    chip_table_error error = read_record(&table->entries[table->count], record, flash_bytes);
    if (error)
      return error;
    table->count++;
  }
  return CHIP_TABLE_NO_END;
}

const char *chip_table_error_phrase(chip_table_error error)
{
  switch (error) {
  case CHIP_TABLE_OK:
    return "partition table read";
  case CHIP_TABLE_ABSENT:
    return "no partition table at 0x8000";
  case CHIP_TABLE_BAD_RECORD:
    return "a record of the partition table is damaged";
  case CHIP_TABLE_NO_END:
    return "the partition table has no end";
  case CHIP_TABLE_BAD_RANGE:
    return "a partition leaves the flash or is not on whole blocks";
  }
  return "unknown error";
}

const chip_partition *chip_partition_ota(const chip_partition_table *table, int slot)
{
  for (size_t i = 0; i < table->count; i++) {
    const chip_partition *partition = &table->entries[i];
    if (partition->type == CHIP_PARTITION_APP && partition->subtype == CHIP_PARTITION_OTA_0 + slot)
      return partition;
  }
  return NULL;
}

int chip_partition_ota_count(const chip_partition_table *table)
{
  int count = 0;
  while (count < 16 && chip_partition_ota(table, count))
    count++;
  return count;
}

const chip_partition *chip_partition_data(const chip_partition_table *table, const char *label)
{
  for (size_t i = 0; i < table->count; i++) {
    const chip_partition *partition = &table->entries[i];
    if (partition->type == CHIP_PARTITION_DATA && !strcmp(partition->label, label))
      return partition;
  }
  return NULL;
}
