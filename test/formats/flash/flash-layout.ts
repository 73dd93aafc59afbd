// A small flash with two OTA slots, its parts filled so that each can be told from the others.

import {
  writePartitionTable,
  type Partition,
} from "../../../src/formats/partition-table/partition-table.js";
import { NorFlash } from "../../support/nor-flash.js";

export const layout = {
  nvs: { type: 1, subtype: 2, offset: 0x9000, size: 0x3000 },
  otadata: { type: 1, subtype: 0, offset: 0xc000, size: 0x2000 },
  ota_0: { type: 0, subtype: 0x10, offset: 0x10000, size: 0x2000 },
  ota_1: { type: 0, subtype: 0x11, offset: 0x20000, size: 0x2000 },
  product: { type: 0x40, subtype: 1, offset: 0x22000, size: 0x1000 },
} as const;

export type Label = keyof typeof layout;

export const labels = Object.keys(layout) as Label[];

const flashBytes = 0x23000;

/** A blank flash with a table of `only` these partitions. */
export function flashWith(only: readonly Label[] = labels): NorFlash {
  const flash = new NorFlash({ size: flashBytes });
  const partitions = only.map((label): Partition => ({ ...layout[label], label, flags: 0 }));
  flash.write(writePartitionTable(partitions), 0x8000);
  return flash;
}
