// ESP-IDF's second-stage boot loader: from a flash to the image that runs, by the rules of
// bootloader_utility.c. Table, otadata and image have files of their own. None of them knows
// src/flash, where the chip's own writer is: one judges the other, and both cannot be wrong together.
//
//   table -> otadata says where to begin -> that slot, those below it, the factory's image, then
//   the slots above it, the test image: the first that verifies runs
//
// Writes only otadata. A fall-back is not recorded: the program has to ask which slot it runs from.

import type { OpenDigest } from "../../ports/digest.js";
import type { BootFlash } from "./boot-flash.js";
import { esp32, verifyBootImage, type BootChip, type BootImage } from "./boot-image.js";
import { BootOtadata, factoryIndex, type BootSelection } from "./boot-otadata.js";
import { readBootTable, type BootPartition, type BootTable } from "./boot-table.js";

export interface BootLoaderOptions {
  /** SHA-256. */
  readonly openDigest: OpenDigest;
  /** The chip whose boot loader this is. Default: an ESP32. */
  readonly chip?: BootChip;
  /** CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE. Default: true. */
  readonly rollback?: boolean;
}

/** One image that was looked at. */
export interface BootTry {
  /** Slot, `factoryIndex` or `testIndex`. */
  readonly index: number;
  /** Why it did not start; absent if it did. */
  readonly problem?: string;
}

interface Booted {
  readonly index: number;
  readonly partition: BootPartition;
  readonly image: BootImage;
}

/** What a boot led to. Without `booted` the chip resets, and the next boot ends in the same way. */
export interface BootReport {
  /** Absent: the partition table was refused. */
  readonly selected: BootSelection | undefined;
  readonly tried: readonly BootTry[];
  readonly booted?: Booted;
  /** Why nothing runs. */
  readonly problem?: string;
}

/** Index of the test image. */
const testIndex = -2;

/** Boots. Throws only what the flash throws: then the power was cut. */
export function boot(flash: BootFlash, options: BootLoaderOptions): BootReport {
  const { openDigest, chip = esp32, rollback = true } = options;
  const table = readBootTable(flash);
  if ("problem" in table) return { selected: undefined, tried: [], problem: table.problem };
  const otadata = table.otadata && new BootOtadata(flash, table.otadata.offset);
  const selected = otadata?.select({
    rollback,
    factory: table.factory !== undefined,
    slotCount: table.slotCount,
  }) ?? { index: factoryIndex, rewrites: [], initialContents: false };

  const tried: BootTry[] = [];
  for (const { index, partition } of inOrder(table, selected.index)) {
    const image = verifyBootImage(flash, partition, { chip, openDigest });
    if ("problem" in image) {
      tried.push({ index, problem: image.problem });
      continue;
    }
    tried.push({ index });
    if (selected.initialContents && index > factoryIndex) otadata?.recordFirstBoot(index);
    return { selected, tried, booted: { index, partition, image } };
  }
  return { selected, tried, problem: "no partition holds an image that may run" };
}

/** The indexes in the order in which their images are tried, from `start` on. */
export function bootOrder(start: number, slotCount: number): number[] {
  const order: number[] = [];
  for (let index = start; index > factoryIndex; index -= 1) order.push(index);
  order.push(factoryIndex);
  for (let index = start + 1; index < slotCount; index += 1) order.push(index);
  order.push(testIndex);
  return order;
}

/** Words for an index: `ota_0`, `factory`, `test`. */
export function bootIndexName(index: number): string {
  if (index === testIndex) return "test";
  return index === factoryIndex ? "factory" : `ota_${index}`;
}

/** The partitions to try, first the one that was selected. */
function* inOrder(table: BootTable, start: number) {
  for (const index of bootOrder(start, table.slotCount)) {
    const partition = partitionOf(table, index);
    if (partition !== undefined && partition.size > 0) yield { index, partition };
  }
}

function partitionOf(table: BootTable, index: number): BootPartition | undefined {
  if (index === testIndex) return table.test;
  return index === factoryIndex ? table.factory : table.slots[index];
}
