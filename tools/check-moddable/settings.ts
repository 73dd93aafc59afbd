// Whether what mcconfig merged for ESP-IDF still protects an update: the options of sdkconfig and
// the partition table. Targets of the SDK can replace an application's options without a word.

import { parsePartitionCsv } from "../../src/formats/partition-table/partition-table-csv.js";
import { PartitionTableError } from "../../src/formats/partition-table/partition-table-error.js";
import {
  appSubtypes,
  partitionTypes,
} from "../../src/formats/partition-table/partition-table-types.js";
import type { Partition } from "../../src/formats/partition-table/partition-table.js";

/** Option, value, and what is lost with another. Values are sdkconfig's; `n` is also "not set". */
const requiredOptions: readonly (readonly [name: string, value: string, loss: string])[] = [
  ["CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE", "y", "a bad image would never be reverted"],
  ["CONFIG_BOOTLOADER_SKIP_VALIDATE_ALWAYS", "n", "a damaged image would be started"],
  ["CONFIG_PARTITION_TABLE_MD5", "y", "a damaged partition table would be believed"],
  ["CONFIG_ESP_TASK_WDT_EN", "y", "a hung image would never be reset"],
  ["CONFIG_ESP_TASK_WDT_INIT", "y", "a hung image would never be reset"],
  ["CONFIG_ESP_TASK_WDT_PANIC", "y", "a hung image would never be reset"],
  ["CONFIG_APP_PROJECT_VER_FROM_CONFIG", "y", "images would carry no version of the product's"],
  ["CONFIG_ESP_CONSOLE_NONE", "y", "a release would tell its log to whoever holds the board"],
];

/** The option that tells ESP-IDF the size of the flash, which the table must not exceed. */
const flashSizeOption = /^CONFIG_ESPTOOLPY_FLASHSIZE_(\d+)MB$/;

/** What is wrong with the merged options of a release, for a flash of `flashBytes`: a line each. */
export function optionComplaints(sdkconfig: string, flashBytes: number): string[] {
  const options = effectiveOptions(sdkconfig);
  const complaints: string[] = [];
  const sizes = [...options].flatMap(([name, value]) => {
    const size = flashSizeOption.exec(name)?.[1];
    return size !== undefined && value === "y" ? [Number(size)] : [];
  });
  if (sizes.join() !== String(flashBytes >> 20)) {
    const found = sizes.length === 0 ? "no size" : sizes.map((size) => `${size} MB`).join(", ");
    complaints.push(`CONFIG_ESPTOOLPY_FLASHSIZE says ${found}, must say ${flashBytes >> 20} MB`);
  }
  for (const [name, value, loss] of requiredOptions) {
    const found = options.get(name) ?? "n";
    if (found !== value) complaints.push(`${name} is ${found}, must be ${value}: ${loss}`);
  }
  return complaints;
}

/** Options as ESP-IDF reads a file of defaults: the last line wins, "is not set" counts. */
export function effectiveOptions(sdkconfig: string): Map<string, string> {
  const options = new Map<string, string>();
  for (const line of sdkconfig.split("\n")) {
    const [, name, value] = /^(CONFIG_\w+)=(.*?)\s*$/.exec(line) ?? [];
    const [, unset] = /^# (CONFIG_\w+) is not set\s*$/.exec(line) ?? [];
    if (name !== undefined) options.set(name, value === undefined || value === "" ? "n" : value);
    if (unset !== undefined) options.set(unset, "n");
  }
  return options;
}

/** What the bootloader reads, or the program mounts, before any update code runs: never moves. */
const fixedPlaces: ReadonlyMap<string, string> = new Map([
  ["nvs", "0x6000 bytes at 0x9000"],
  ["otadata", "0x2000 bytes at 0xf000"],
  ["phy_init", "0x1000 bytes at 0x11000"],
]);

/**
 * What is wrong with a partition table in CSV, one line each: ESP-IDF's own rules for a flash of
 * `flashBytes`, then those of a device that updates itself.
 */
export function partitionComplaints(csv: string, flashBytes: number): string[] {
  let partitions: Partition[];
  try {
    partitions = parsePartitionCsv(csv, { flashBytes });
  } catch (error) {
    if (error instanceof PartitionTableError) return [`partitions.csv: ${error.message}`];
    throw error;
  }
  const complaints: string[] = [];
  for (const [label, place] of fixedPlaces) {
    const found = partitions.find((partition) => partition.label === label);
    if (found === undefined) {
      complaints.push(`partitions.csv: there is no ${label}`);
    } else if (placeOf(found) !== place) {
      complaints.push(`partitions.csv: ${label} is ${placeOf(found)}, must stay ${place}`);
    }
  }
  const slots = partitions.filter(({ type }) => type === partitionTypes.app);
  const subtypes = slots.map(({ subtype }) => subtype - appSubtypes.ota0);
  if (subtypes.join() !== "0,1") complaints.push("partitions.csv: slots must be ota_0 and ota_1");
  if (new Set(slots.map(({ size }) => size)).size > 1) {
    complaints.push("partitions.csv: the slots are not of one size");
  }
  return complaints;
}

function placeOf({ offset, size }: Partition): string {
  return `0x${size.toString(16)} bytes at 0x${offset.toString(16)}`;
}
