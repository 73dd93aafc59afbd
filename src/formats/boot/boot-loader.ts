// The second stage boot loader of the simulated chip: from a flash to the image that runs, by
// ESP-IDF's rules (bootloader_utility.c). Table, otadata and image have files of their own; none
// of the boot code knows src/flash.
//
//   table -> otadata says where to begin -> that slot, those below it, the factory's image, then
//   the slots above it, the test image: the first that verifies runs
//
// Writes only otadata. A fall-back is not recorded: the program has to ask which slot it runs from.

import type { BootFlash } from "./boot-flash.js";
import { esp32, verifyBootImage, type BootChip, type BootImage } from "./boot-image.js";
import { BootOtadata, factoryIndex, type BootSelection } from "./boot-otadata.js";
import { readBootTable, type BootPartition, type BootTable } from "./boot-table.js";

export interface BootOptions {
  /** The chip that is simulated, if absent. */
  readonly chip?: BootChip;
  /** CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE; on if absent. */
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

/** What a boot came to. Without `booted` the chip resets, and comes to the same again. */
export interface BootReport {
  readonly selected: BootSelection | undefined;
  readonly tried: readonly BootTry[];
  readonly booted?: Booted;
  /** Why nothing runs. */
  readonly problem?: string;
}

/** Index of the test image. */
const testIndex = -2;

/** Boots. Throws only what the flash throws: then the power was cut. */
export function boot(flash: BootFlash, options: BootOptions = {}): BootReport {
  const { chip = esp32, rollback = true } = options;
  const table = readBootTable(flash);
  if ("problem" in table) return { selected: undefined, tried: [], problem: table.problem };

  const otadata = table.otadata && new BootOtadata(flash, table.otadata.offset);
  const selected = otadata?.select({
    rollback,
    factory: table.factory !== undefined,
    slotCount: table.slotCount,
  }) ?? { index: factoryIndex, initialContents: false };

  const tried: BootTry[] = [];
  for (const { index, partition } of inOrder(table, selected.index)) {
    const image = verifyBootImage(flash, partition, chip);
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

/** The partitions to try, first the one that was selected. */
function* inOrder(table: BootTable, start: number) {
  const order: [number, BootPartition | undefined][] = [];
  for (let index = start; index > factoryIndex; index -= 1) order.push([index, table.slots[index]]);
  order.push([factoryIndex, table.factory]);
  for (let index = start + 1; index < table.slotCount; index += 1) {
    order.push([index, table.slots[index]]);
  }
  order.push([testIndex, table.test]);
  for (const [index, partition] of order) {
    if (partition !== undefined && partition.size > 0) yield { index, partition };
  }
}
