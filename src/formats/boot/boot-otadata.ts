// The otadata partition as the boot loader reads, rewrites and obeys it with rollback on or off
// (ESP-IDF bootloader_utility.c, bootloader_common_loader.c), written apart from src/flash.
//
//   sector 0, sector 1 (4096 bytes each), an entry at the start of each:
//     0 sequence (FFFFFFFF: empty)   4 label (20, unused)   24 state   28 CRC-32 of the sequence
//
// A rewrite is an erase and a program of 32 bytes. A cut in it leaves an entry that counts for
// nothing; the other sector is not touched.

import { crc32 } from "node:zlib";
import { blockBytes, readBytes, type BootFlash } from "./boot-flash.js";

const bootState = {
  new: 0,
  pendingVerify: 1,
  valid: 2,
  invalid: 3,
  aborted: 4,
} as const;

/** Index of no slot: the factory's image or, without one, whatever starts. */
export const factoryIndex = -1;

const entryBytes = 32;
const labelOffset = 4;
const stateOffset = 24;
const crcOffset = 28;
const empty = 0xffffffff;

export interface BootSelection {
  /** Slot to begin with, or `factoryIndex`. */
  readonly index: number;
  /** Nothing was ever recorded: the slot that starts is to be written down. */
  readonly initialContents: boolean;
}

export interface SelectionRule {
  /** CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE. */
  readonly rollback: boolean;
  readonly factory: boolean;
  readonly slotCount: number;
}

export class BootOtadata {
  readonly #flash: BootFlash;
  readonly #address: number;

  constructor(flash: BootFlash, address: number) {
    this.#flash = flash;
    this.#address = address;
  }

  /** Decides where to begin, and records in flash what it must before that. */
  select(rule: SelectionRule): BootSelection {
    const entries = [this.#read(0), this.#read(1)] as const;
    // Even an entry whose CRC is wrong: the state is looked at first.
    if (rule.rollback) entries.forEach((entry, sector) => this.#endTrial(entry, sector));

    if (rule.slotCount === 0 || entries.every((entry) => entry.isUnusable)) {
      if (rule.factory) return { index: factoryIndex, initialContents: false };
      return { index: 0, initialContents: entries.every((entry) => !entry.isWritten) };
    }
    const sector = activeSector(entries);
    if (sector === undefined) return { index: factoryIndex, initialContents: false };
    const entry = entries[sector];
    if (rule.rollback && entry.state === bootState.new) {
      entry.state = bootState.pendingVerify;
      this.#rewrite(sector, entry);
    }
    return { index: ((entry.sequence - 1) >>> 0) % rule.slotCount, initialContents: false };
  }

  /** The first boot of a device writes down what it started: from now on that image is confirmed. */
  recordFirstBoot(slot: number): void {
    this.#rewrite(0, BootEntry.of(slot + 1, bootState.valid));
  }

  /** A trial gets one boot: whatever ended it, the image has not been confirmed. */
  #endTrial(entry: BootEntry, sector: number): void {
    if (entry.state === bootState.pendingVerify) {
      entry.state = bootState.aborted;
      this.#rewrite(sector, entry);
    }
  }

  #read(sector: number): BootEntry {
    return new BootEntry(readBytes(this.#flash, this.#address + sector * blockBytes, entryBytes));
  }

  #rewrite(sector: number, entry: BootEntry): void {
    const address = this.#address + sector * blockBytes;
    this.#flash.eraseBlock(address / blockBytes);
    this.#flash.write(entry.bytes, address);
  }
}

class BootEntry {
  /** What a rewrite does not change stays as it was found. */
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  static of(sequence: number, state: number): BootEntry {
    const bytes = Buffer.alloc(entryBytes, 0xff);
    bytes.writeUInt32LE(sequence, 0);
    bytes.writeUInt32LE(state, stateOffset);
    bytes.writeUInt32LE(sequenceCrc(bytes), crcOffset);
    return new BootEntry(bytes);
  }

  get sequence(): number {
    return this.bytes.readUInt32LE(0);
  }

  get state(): number {
    return this.bytes.readUInt32LE(stateOffset);
  }

  set state(state: number) {
    this.bytes.writeUInt32LE(state, stateOffset);
  }

  /** Somebody recorded something here, and it is whole. */
  get isWritten(): boolean {
    return (
      this.sequence !== empty && this.bytes.readUInt32LE(crcOffset) === sequenceCrc(this.bytes)
    );
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

/** ESP's ROM starts the register of CRC-32 so that the usual one needs this start value. */
function sequenceCrc(entry: Buffer): number {
  return crc32(entry.subarray(0, labelOffset), 0xffffffff);
}

/** The greater sequence number wins, sector 0 at a tie. */
function activeSector(entries: readonly [BootEntry, BootEntry]): 0 | 1 | undefined {
  const [first, second] = entries;
  if (!second.isSelectable) return first.isSelectable ? 0 : undefined;
  if (!first.isSelectable) return 1;
  return second.sequence > first.sequence ? 1 : 0;
}
