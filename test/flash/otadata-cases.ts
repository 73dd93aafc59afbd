// The golden otadata images and what ESP-IDF makes of each, for the tests of otadata*.ts; and the
// boot loader on an otadata partition alone.

import type { OtaEntry } from "../../src/flash/otadata.js";
import { bootOrder } from "../../src/formats/boot/boot-loader.js";
import { BootOtadata, factoryIndex } from "../../src/formats/boot/boot-otadata.js";
import type { FlashPartition } from "../../src/ports/flash.js";
import { loadFile, loadIndex } from "../support/vectors.js";

export interface IndexedEntry {
  readonly ota_seq: number;
  readonly ota_state: number;
  readonly crc: number;
  readonly crc_ok?: boolean;
}

export interface IndexedBoot {
  readonly selected_index: number;
  readonly initial_contents: boolean;
  readonly tried: readonly { readonly index: number; readonly ok: boolean }[];
  readonly booted_index: number | null;
  readonly sector_erases: number;
  readonly otadata_after: readonly IndexedEntry[];
}

export interface IndexedStep extends Partial<IndexedBoot> {
  readonly cmd: string;
  readonly result?: string | boolean | null;
  readonly state?: number;
  readonly file: string | null;
}

export const otadataIndex = loadIndex<{
  readonly images: readonly {
    readonly file: string;
    readonly what: string;
    readonly sectors: readonly IndexedEntry[];
    readonly bootloader: Readonly<Record<string, IndexedBoot>>;
    readonly "app_api, a_4mb_ab": {
      readonly get_boot_partition: string;
      readonly state_ota_0: number | string;
      readonly state_ota_1: number | string;
      readonly last_invalid: string | null;
      readonly rollback_possible: boolean;
    };
  }[];
  readonly chains: readonly {
    readonly chain: string;
    readonly rollback_enabled: boolean;
    readonly table: string;
    readonly start: string;
    readonly steps: readonly IndexedStep[];
  }[];
  readonly damaged_slots: readonly (IndexedBoot & {
    readonly case: string;
    readonly table: string;
    readonly otadata: string;
    readonly slots: Readonly<Record<string, string>>;
    readonly rollback: boolean;
  })[];
}>("otadata", "otadata.json");

export const factoryTable = /factory/;
export const sectorBytes = 4096;

export function loadOtadata(file: string): Uint8Array {
  return loadFile("otadata", file);
}

export function indexed({ sequence, state, crc }: OtaEntry): IndexedEntry {
  return { ota_seq: sequence, ota_state: state, crc };
}

export function withoutCrcOk({ ota_seq, ota_state, crc }: IndexedEntry): IndexedEntry {
  return { ota_seq, ota_state, crc };
}

export interface ChipOptions {
  readonly slotCount: number;
  readonly factory: boolean;
  readonly rollback: boolean;
  /** Whether the image in a slot (-1: factory) is good. */
  readonly isGood: (slot: number) => boolean;
}

export interface BootRecord {
  readonly selected: number;
  readonly initialContents: boolean;
  readonly tried: readonly number[];
  /** Undefined: nothing starts. */
  readonly booted: number | undefined;
}

/** Boots a chip with this otadata, whose images are as good as `isGood` says. */
export function boot(flash: FlashPartition, options: ChipOptions): BootRecord {
  const { slotCount, factory, isGood } = options;
  const otadata = new BootOtadata(flash, 0);
  const { index: selected, initialContents } = otadata.select(options);
  const order = bootOrder(selected, slotCount).filter((index) => {
    return index >= 0 || (index === factoryIndex && factory);
  });
  const index = order.findIndex(isGood);
  const booted = order[index];
  if (initialContents && booted !== undefined && booted >= 0) otadata.recordFirstBoot(booted);
  const tried = index === -1 ? order : order.slice(0, index + 1);
  return { selected, initialContents, tried, booted };
}
