// The partition under an NVS store, and the buffers that all its pages share: a window of sixteen
// entries, read at once, and a draft for the entry being written. Nobody keeps what they hold.

import type { FlashPartition } from "../../ports/flash.js";
import { entriesPerPage, entryBytes, NvsEntryView } from "./nvs-entry.js";

export const pageBytes = 4096;
const headerBytes = 32;
const firstEntryOffset = 64;
/** As many entries as one word of a page's bitmap describes. */
const windowEntries = 16;

export class NvsFlash {
  /** Entries as read; `entry` places it. */
  readonly #window = new NvsEntryView(windowEntries * entryBytes);
  /** Byte offset of what the window holds; -1 for nothing. */
  #windowOffset = -1;
  /** An entry about to be written, or a copy of one read. */
  readonly draft = new NvsEntryView(entryBytes);
  readonly pageCount: number;
  readonly #partition: FlashPartition;

  constructor(partition: FlashPartition) {
    const { size, blockLength } = partition.status();
    if (blockLength !== pageBytes) {
      throw new Error(`NVS needs erase blocks of ${pageBytes} bytes, got ${blockLength}`);
    }
    this.#partition = partition;
    this.pageCount = Math.floor(size / pageBytes);
  }

  /** The entry at `index` of a page, good until the next call of any method. */
  entry(sector: number, index: number): NvsEntryView {
    const place = index % windowEntries;
    const first = index - place;
    const windowOffset = entryOffset(sector, first);
    if (windowOffset !== this.#windowOffset) {
      this.#windowOffset = -1;
      // The last window of a page is two entries short.
      const count = Math.min(windowEntries, entriesPerPage - first);
      this.#partition.read(this.#window.bytes.subarray(0, count * entryBytes), windowOffset);
      this.#windowOffset = windowOffset;
    }
    this.#window.offset = place * entryBytes;
    return this.#window;
  }

  readHeader(sector: number, header: Uint8Array): void {
    this.#partition.read(header, sector * pageBytes);
  }

  readBitmap(sector: number, bitmap: Uint8Array): void {
    this.#partition.read(bitmap, sector * pageBytes + headerBytes);
  }

  /** Fills `payload` from the entries after the one at `index`. */
  readPayload(sector: number, index: number, payload: Uint8Array): void {
    if (payload.length > 0) this.#partition.read(payload, entryOffset(sector, index + 1));
  }

  /** Up to a window of an item's payload, `position` bytes in; good until the next call. */
  peekPayload(sector: number, index: number, position: number, byteLength: number): Uint8Array {
    this.#windowOffset = -1;
    const bytes = this.#window.bytes;
    const piece = bytes.subarray(0, Math.min(byteLength, bytes.length));
    this.#partition.read(piece, entryOffset(sector, index + 1) + position);
    return piece;
  }

  /** Programs the header of a page from its start: all of it, or the state word. */
  programHeader(sector: number, bytes: Uint8Array, byteOffset = 0): void {
    this.#partition.write(bytes, sector * pageBytes + byteOffset);
  }

  /** Programs one word of the bitmap. */
  programStates(sector: number, word: number, bytes: Uint8Array): void {
    this.#partition.write(bytes, sector * pageBytes + headerBytes + 4 * word);
  }

  programEntries(sector: number, index: number, bytes: Uint8Array): void {
    this.#forget(sector);
    this.#partition.write(bytes, entryOffset(sector, index));
  }

  erase(sector: number): void {
    this.#forget(sector);
    this.#partition.eraseBlock(sector);
  }

  close(): void {
    this.#partition.close();
  }

  #forget(sector: number): void {
    if (Math.floor(this.#windowOffset / pageBytes) === sector) this.#windowOffset = -1;
  }
}

function entryOffset(sector: number, index: number): number {
  return sector * pageBytes + firstEntryOffset + index * entryBytes;
}
