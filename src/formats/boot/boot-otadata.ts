// The otadata partition as the boot loader reads, rewrites and obeys it with rollback on or off
// (ESP-IDF bootloader_utility.c, bootloader_common_loader.c), written apart from src/flash.
//
//   sector 0, sector 1 (4096 bytes each), an entry at the start of each:
//     0 sequence (FFFFFFFF: empty)   4 label (20, unused)   24 state   28 CRC-32 of the sequence
//
// A rewrite is an erase and a program of 32 bytes. A cut in it leaves an entry that counts for
// nothing; the other sector is not touched.

import { blockBytes, readBytes, viewOf, type BootFlash } from "./boot-flash.js";

const bootState = Object.freeze({
  new: 0,
  pendingVerify: 1,
  valid: 2,
  invalid: 3,
  aborted: 4,
});

/** Index of no slot: the factory's image or, without one, whatever starts. */
export const factoryIndex = -1;

const entryBytes = 32;
const labelOffset = 4;
const stateOffset = 24;
const crcOffset = 28;
const empty = 0xffffffff;

/** An entry that the boot loader erases and programs again with another state. */
export interface BootRewrite {
  readonly sector: 0 | 1;
  /** The state that is written: 1 pending verify, 4 aborted. */
  readonly state: number;
}

/** The boot loader's choice. */
export interface BootSelection {
  /** Slot to begin with, or `factoryIndex`. */
  readonly index: number;
  /** In the order in which they are done, before any image is looked at. */
  readonly rewrites: readonly BootRewrite[];
  /** Nothing was ever recorded: the slot that starts is written into sector 0, as valid. */
  readonly initialContents: boolean;
}

/** What the choice depends on beside otadata. */
export interface SelectionRule {
  /** CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE. */
  readonly rollback: boolean;
  /** The table has a factory partition. */
  readonly factory: boolean;
  /** OTA slots in the table, 0 to 16. */
  readonly slotCount: number;
}

/** What the boot loader makes of the first 32 bytes of each sector. Pure. */
export function selectSlot(
  sectors: readonly [Uint8Array, Uint8Array],
  rule: SelectionRule,
): BootSelection {
  const entries = [BootEntry.read(sectors[0]), BootEntry.read(sectors[1])] as const;
  const rewrites: BootRewrite[] = [];
  const rewrite = (sector: 0 | 1, state: number): void => {
    entries[sector].state = state;
    rewrites.push({ sector, state });
  };
  if (rule.rollback) {
    // A trial gets one boot: whatever ended it, the image has not been confirmed. The state is
    // looked at before the CRC.
    for (const sector of [0, 1] as const) {
      if (entries[sector].state === bootState.pendingVerify) rewrite(sector, bootState.aborted);
    }
  }
  if (rule.slotCount === 0 || entries.every((entry) => entry.isUnusable)) {
    if (rule.factory) return { index: factoryIndex, rewrites, initialContents: false };
    const initialContents = entries.every((entry) => !entry.isWritten);
    return { index: 0, rewrites, initialContents };
  }
  const sector = activeSector(entries);
  if (sector === undefined) return { index: factoryIndex, rewrites, initialContents: false };
  const { sequence, state } = entries[sector];
  if (rule.rollback && state === bootState.new) rewrite(sector, bootState.pendingVerify);
  return { index: ((sequence - 1) >>> 0) % rule.slotCount, rewrites, initialContents: false };
}

/** The otadata partition at `address` of a flash. */
export class BootOtadata {
  readonly #flash: BootFlash;
  readonly #address: number;

  constructor(flash: BootFlash, address: number) {
    this.#flash = flash;
    this.#address = address;
  }

  /** Decides where to begin, and records in flash what it must before that. */
  select(rule: SelectionRule): BootSelection {
    const sectors = [this.#read(0), this.#read(1)] as const;
    const selection = selectSlot(sectors, rule);
    for (const { sector, state } of selection.rewrites) {
      const bytes = sectors[sector];
      viewOf(bytes).setUint32(stateOffset, state, true);
      this.#rewrite(sector, bytes);
    }
    return selection;
  }

  /** The first boot of a device writes down what it started: from now on that image is confirmed. */
  recordFirstBoot(slot: number): void {
    const bytes = new Uint8Array(entryBytes).fill(0xff);
    const view = viewOf(bytes);
    view.setUint32(0, slot + 1, true);
    view.setUint32(stateOffset, bootState.valid, true);
    view.setUint32(crcOffset, sequenceCrc(bytes), true);
    this.#rewrite(0, bytes);
  }

  #read(sector: 0 | 1): Uint8Array {
    return readBytes(this.#flash, this.#address + sector * blockBytes, entryBytes);
  }

  /** What a rewrite does not change stays as it was found, a wrong CRC too. */
  #rewrite(sector: 0 | 1, bytes: Uint8Array): void {
    const address = this.#address + sector * blockBytes;
    this.#flash.eraseBlock(address / blockBytes);
    this.#flash.write(bytes, address);
  }
}

class BootEntry {
  readonly sequence: number;
  state: number;
  /** An entry was recorded here, and it is whole. */
  readonly isWritten: boolean;

  private constructor(sequence: number, state: number, isWritten: boolean) {
    this.sequence = sequence;
    this.state = state;
    this.isWritten = isWritten;
  }

  static read(bytes: Uint8Array): BootEntry {
    const view = viewOf(bytes);
    const [sequence, crc] = [view.getUint32(0, true), view.getUint32(crcOffset, true)];
    const isWritten = sequence !== empty && crc === sequenceCrc(bytes);
    return new BootEntry(sequence, view.getUint32(stateOffset, true), isWritten);
  }

  /** Not to be chosen, whatever its CRC says. */
  get isUnusable(): boolean {
    const { sequence, state } = this;
    return sequence === empty || state === bootState.invalid || state === bootState.aborted;
  }

  get isSelectable(): boolean {
    return this.isWritten && !this.isUnusable;
  }
}

/** CRC-32 of the sequence. ESP's ROM starts the register at 0 where others start it at FFFFFFFF. */
function sequenceCrc(entry: Uint8Array): number {
  let register = 0;
  for (const byte of entry.subarray(0, labelOffset)) {
    register ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      register = (register & 1) === 1 ? (register >>> 1) ^ 0xedb88320 : register >>> 1;
    }
  }
  return ~register >>> 0;
}

/** The greater sequence number wins, sector 0 at a tie. */
function activeSector(entries: readonly [BootEntry, BootEntry]): 0 | 1 | undefined {
  const [first, second] = entries;
  if (!second.isSelectable) return first.isSelectable ? 0 : undefined;
  if (!first.isSelectable) return 1;
  return second.sequence > first.sequence ? 1 : 0;
}
