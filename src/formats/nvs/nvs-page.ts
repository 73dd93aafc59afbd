// One page of an NVS partition in use: its header, its bitmap, its items. Not which page to use
// (nvs-pages.ts). A page is one flash sector:
//
//    0         32                64                                4096
//    +---------+-----------------+---------------------------------+
//    | header  | bitmap          | 126 entries of 32 bytes         |
//    +---------+-----------------+---------------------------------+
//    header   nvs-page-header.ts
//    bitmap   two bits an entry, from the lowest: 3 empty, 2 written, 0 erased, 1 illegal
//
// An entry counts once its bits say so. What a cut leaves is put right by `repair`, with the rules
// of ESP-IDF nvs_page.cpp; each method tells which.

import { crc32 } from "../../flash/crc32.js";
import { entriesPerPage, entryBytes, hasPayload, type NvsEntryView } from "./nvs-entry.js";
import type { NvsFlash } from "./nvs-flash.js";
import {
  decodePageHeader,
  encodePageHeader,
  encodePageState,
  type NvsPageState,
} from "./nvs-page-header.js";

const entriesPerWord = 16;

const empty = 3;
const written = 2;
const erased = 0;

export class NvsPage {
  readonly sector: number;
  readonly sequence: number;
  readonly #flash: NvsFlash;
  readonly #bitmap = new Uint8Array(32);
  #state: NvsPageState;
  /** Entries from here on are blank. */
  #nextFree = entriesPerPage;

  private constructor(flash: NvsFlash, sector: number, state: NvsPageState, sequence: number) {
    this.#flash = flash;
    this.sector = sector;
    this.#state = state;
    this.sequence = sequence;
  }

  /**
   * The page in `sector` as flash has it, unrepaired; undefined if there is none: the sector is
   * blank, or its header is not whole (a cut while it was written or erased).
   */
  static load(flash: NvsFlash, sector: number): NvsPage | undefined {
    const header = new Uint8Array(32);
    flash.readHeader(sector, header);
    const decoded = decodePageHeader(header, sector);
    if (decoded === undefined) return undefined;
    const page = new NvsPage(flash, sector, decoded.state, decoded.sequence);
    flash.readBitmap(sector, page.#bitmap);
    return page;
  }

  /** Makes an erased sector a page. A cut leaves a header that `load` does not take. */
  static create(flash: NvsFlash, sector: number, sequence: number): NvsPage {
    flash.programHeader(sector, encodePageHeader(sequence));
    const page = new NvsPage(flash, sector, "active", sequence);
    page.#bitmap.fill(0xff);
    page.#nextFree = 0;
    return page;
  }

  get state(): NvsPageState {
    return this.#state;
  }

  /** Moves on to a later state: one bit is cleared, so a cut leaves the old or the new one. */
  advance(state: NvsPageState): void {
    this.#flash.programHeader(this.sector, encodePageState(state));
    this.#state = state;
  }

  /** Entries that count. */
  get usedEntries(): number {
    let used = 0;
    for (let i = 0; i < entriesPerPage; i += 1) if (this.#stateOf(i) === written) used += 1;
    return used;
  }

  /** Entries that can still be written. */
  get room(): number {
    return this.#state === "active" ? entriesPerPage - this.#nextFree : 0;
  }

  /** The first item at or after `index`; `entriesPerPage` if there is none. */
  nextItem(index: number): number {
    let next = index;
    while (next < entriesPerPage && this.#stateOf(next) !== written) next += 1;
    return next;
  }

  /** Where the item after the one at `index` may begin. */
  afterItem(index: number): number {
    const entry = this.entry(index);
    return index + (hasPayload(entry.type) ? Math.max(entry.span, 1) : 1);
  }

  /** Good until the next use of flash. */
  entry(index: number): NvsEntryView {
    return this.#flash.entry(this.sector, index);
  }

  /** The payload of the item at `index`; undefined if its CRC is wrong. */
  readPayload(index: number): Uint8Array | undefined {
    const { payloadBytes, payloadCrc } = this.entry(index);
    const payload = new Uint8Array(payloadBytes);
    this.#flash.readPayload(this.sector, index, payload);
    return crc32(payload) === payloadCrc ? payload : undefined;
  }

  /** Whether the payload of the item at `index`, if it has one, is what its CRC says. */
  isIntact(index: number): boolean {
    return !hasPayload(this.entry(index).type) || this.readPayload(index) !== undefined;
  }

  /** Whether the item's payload is what `bytes` has from `start` on, without copying it. */
  payloadEquals(index: number, bytes: Uint8Array, start: number): boolean {
    const { payloadBytes } = this.entry(index);
    if (start + payloadBytes > bytes.length) return false;
    for (let at = 0; at < payloadBytes;) {
      const piece = this.#flash.peekPayload(this.sector, index, at, payloadBytes - at);
      for (let i = 0; i < piece.length; i += 1) {
        if (piece[i] !== bytes[start + at + i]) return false;
      }
      at += piece.length;
    }
    return true;
  }

  /**
   * Writes the item whose entry is the draft. Returns its index. In this order: entry, its bits,
   * whole payload entries, their bits, the rest, its bits. A cut leaves nothing that counts: either
   * bits not set before a blank entry, or an entry whose payload has no bits.
   */
  append(payload?: Uint8Array): number {
    const { draft } = this.#flash;
    const index = this.#nextFree;
    this.#program(draft.bytes, 1);
    if (payload === undefined) return index;
    const whole = payload.length - (payload.length % entryBytes);
    if (whole > 0) this.#program(payload.subarray(0, whole), whole / entryBytes);
    if (whole < payload.length) {
      draft.bytes.fill(0xff);
      draft.bytes.set(payload.subarray(whole));
      this.#program(draft.bytes, 1);
    }
    return index;
  }

  /**
   * Erases the item at `index`, its last bits first. A cut leaves an item in part: `repair` erases
   * the rest.
   */
  eraseItem(index: number): void {
    this.#mark(index, this.afterItem(index), erased);
  }

  /**
   * Copies all that counts to a page without items. In no particular order and with the bits last:
   * the copy counts only when this page has gone.
   */
  copyTo(target: NvsPage): void {
    let count = 0;
    for (let i = 0; i < entriesPerPage; i += 1) {
      if (this.#stateOf(i) !== written) continue;
      const { bytes, offset } = this.entry(i);
      this.#flash.programEntries(target.sector, count, bytes.subarray(offset, offset + entryBytes));
      count += 1;
    }
    target.#nextFree = count;
    target.#mark(0, count, written);
  }

  /**
   * Makes the header invalid before the sector is erased: no part of an erase can revive it. What
   * its CRC covers goes first: a state zeroed in part would be another state.
   */
  invalidate(): void {
    this.#flash.programHeader(this.sector, new Uint8Array(28), 4);
    this.#flash.programHeader(this.sector, new Uint8Array(4));
  }

  /**
   * Brings the page into a state that writes can leave: every item whole, nothing half-written
   * counting, no twins on the ACTIVE page. Only ever sets bits to erased, so it may be cut anywhere
   * and begun again.
   */
  repair(): void {
    const isActive = this.#state === "active";
    if (isActive) this.#findNextFree();
    const hashes = isActive ? new Int32Array(entriesPerPage) : undefined;
    for (let i = this.nextItem(0); i < entriesPerPage; i = this.nextItem(i)) {
      const entry = this.entry(i);
      if (!entry.isConsistent(i)) {
        this.#mark(i, i + 1, erased);
        continue;
      }
      const end = i + entry.span;
      if (this.#isWritten(i, end)) {
        if (hashes !== undefined) this.#eraseEarlierTwin(i, hashes);
      } else {
        this.#mark(i, end, erased);
        if (isActive) this.#nextFree = Math.max(this.#nextFree, end);
      }
      i = end;
    }
    if (isActive && !this.#isBlankFrom(this.#nextFree)) this.#nextFree = entriesPerPage;
  }

  /**
   * The first empty entry, or the first after what was programmed but has no bits: an entry whose
   * first word is not FFFFFFFF is half-written and erased. (A payload may begin with FFFFFFFF; its
   * item then lacks bits, and `repair` goes past it.)
   */
  #findNextFree(): void {
    let next = 0;
    while (next < entriesPerPage && this.#stateOf(next) !== empty) next += 1;
    while (next < entriesPerPage && !isBlank(this.entry(next), 4)) {
      this.#mark(next, next + 1, erased);
      next += 1;
    }
    this.#nextFree = next;
  }

  /** Only a damaged page has anything after its first free entry; it takes no more then. */
  #isBlankFrom(index: number): boolean {
    for (let i = index; i < entriesPerPage; i += 1) {
      if (this.#stateOf(i) !== empty || !isBlank(this.entry(i), entryBytes)) return false;
    }
    return true;
  }

  /**
   * Of two items of one name and chunk the later is newer: a cut came before the erase. But if its
   * payload is not whole, a cut came before that was, and another while its bits were to be erased:
   * 3 becomes 0 by way of 2, so a half-written item can come to look written. Then it goes itself.
   */
  #eraseEarlierTwin(index: number, hashes: Int32Array): void {
    const entry = this.entry(index);
    const hash = entry.hash | 0;
    const earlier = hashes.indexOf(hash);
    if (earlier >= 0) {
      const { name, chunkIndex } = entry;
      const twin = this.entry(earlier);
      if (twin.chunkIndex === chunkIndex && twin.hasName(name)) {
        if (!this.isIntact(index)) {
          this.eraseItem(index);
          return;
        }
        this.eraseItem(earlier);
        hashes[earlier] = 0;
      }
    }
    hashes[index] = hash;
  }

  #program(bytes: Uint8Array, count: number): void {
    this.#flash.programEntries(this.sector, this.#nextFree, bytes);
    this.#nextFree += count;
    this.#mark(this.#nextFree - count, this.#nextFree, written);
  }

  /** Sets the bits of entries `begin` to `end`, a word at a time, the highest first. */
  #mark(begin: number, end: number, state: typeof written | typeof erased): void {
    const last = Math.min(end, entriesPerPage) - 1;
    for (let i = last; i >= begin; i -= 1) {
      const bits = state === written ? 1 : 3;
      this.#bitmap[i >> 2] = (this.#bitmap[i >> 2] ?? 0) & ~(bits << (2 * (i & 3)));
      const word = Math.floor(i / entriesPerWord);
      if (i === begin || i % entriesPerWord === 0) {
        this.#flash.programStates(this.sector, word, this.#bitmap.subarray(4 * word, 4 * word + 4));
      }
    }
  }

  #isWritten(begin: number, end: number): boolean {
    for (let i = begin; i < end; i += 1) if (this.#stateOf(i) !== written) return false;
    return true;
  }

  #stateOf(index: number): number {
    return ((this.#bitmap[index >> 2] ?? 0) >> (2 * (index & 3))) & 3;
  }
}

function isBlank({ bytes, offset }: NvsEntryView, byteLength: number): boolean {
  for (let i = offset; i < offset + byteLength; i += 1) if (bytes[i] !== 0xff) return false;
  return true;
}
