// An NVS partition (Espressif's key-value flash format, version 2) as a store of typed values.
//
// Nothing is kept in memory but the pages' bitmaps: every call scans flash. One `set` or `erase` is
// atomic and durable on return: a cut at any byte leaves the old or the new value of that key, and
// all others as they were. Space is found by nvs-pages.ts, cuts are mended by nvs-recovery.ts; the
// partition is never wiped, whatever it holds. Not for a partition that ESP-IDF has mounted.

import type { FlashPartition } from "../../ports/flash.js";
import { appendBlob, blobEquals, firstChunkEntries, nextChunkStart, readBlob } from "./nvs-blob.js";
import type { NvsItem } from "./nvs-cursor.js";
import {
  entriesPerPage,
  entryType,
  hasPayload,
  noChunk,
  type NvsName,
  payloadBytesMax,
} from "./nvs-entry.js";
import { NvsError } from "./nvs-error.js";
import { NvsFlash } from "./nvs-flash.js";
import { NvsNamespaces, namespaceTable } from "./nvs-namespaces.js";
import { FlashOverlay } from "./nvs-overlay.js";
import { NvsPages } from "./nvs-pages.js";
import { recover } from "./nvs-recovery.js";
import { decodeValue, encodeName, encodeValue, type NvsEntry, type NvsValue } from "./nvs-value.js";

export interface NvsOptions {
  /** Changes nothing in flash, and shows what a writer would find after recovery. */
  readonly readOnly?: boolean;
}

/** Entries of 32 bytes, counted as ESP-IDF's nvs_get_stats does. */
export interface NvsStats {
  readonly usedEntries: number;
  readonly freeEntries: number;
  /** Free entries less the page that is kept free. */
  readonly availableEntries: number;
  readonly totalEntries: number;
  readonly namespaces: number;
}

export class Nvs {
  readonly #flash: NvsFlash;
  readonly #pages: NvsPages;
  readonly #namespaces: NvsNamespaces;
  readonly #isReadOnly: boolean;
  /** A write is under way, or did not end. */
  #isUnfinished = false;

  private constructor(flash: NvsFlash, isReadOnly: boolean) {
    this.#flash = flash;
    this.#pages = new NvsPages(flash);
    this.#namespaces = new NvsNamespaces(this.#pages);
    this.#isReadOnly = isReadOnly;
  }

  /**
   * Opens a partition and mends what power cuts left. Throws NvsError `new-version` or `no-free-page`
   * (not if read-only), and then has not lost anything. A blank partition is an empty store.
   */
  static open(partition: FlashPartition, { readOnly = false }: NvsOptions = {}): Nvs {
    const flash = new NvsFlash(readOnly ? new FlashOverlay(partition) : partition);
    const nvs = new Nvs(flash, readOnly);
    recover(nvs.#pages);
    const { freeCount, inUse, pageCount } = nvs.#pages;
    if (!readOnly && freeCount < (inUse.length === 0 ? 2 : 1)) {
      throw new NvsError("no-free-page", `none of ${pageCount} pages is free, one is needed`);
    }
    return nvs;
  }

  /** The value of a key; undefined if there is none, or if its payload does not fit its CRC. */
  get(namespace: string, key: string): NvsValue | undefined {
    const number = this.#namespaces.find(namespace);
    if (number === undefined) return undefined;
    const item = this.#pages.find({ namespace: number, key: encodeName(key) });
    return item && this.#read(item);
  }

  /**
   * Sets a key, whatever type it had. A value that is there already is not written again. Throws
   * NvsError, and the old value is then still there: `full`, `value-too-long`, `bad-value`,
   * `bad-key`, `key-too-long`, `read-only`, `interrupted`.
   */
  set(namespace: string, key: string, value: NvsValue): void {
    const encodedKey = encodeName(key);
    const data = encodeValue(value);
    const lengthMax = payloadBytesMax * (this.#pages.pageCount - 1);
    if (data.length > lengthMax) {
      throw new NvsError("value-too-long", `${data.length} bytes, at most ${lengthMax} fit`);
    }
    this.#change(() => {
      const name = { namespace: this.#namespaces.findOrAdd(namespace), key: encodedKey };
      const old = this.#pages.find(name);
      if (old !== undefined && this.#holds(old, value.type, data)) return;
      const item =
        value.type === "blob"
          ? appendBlob(this.#pages, name, data, nextChunkStart(old), firstChunkEntries(data.length))
          : this.#pages.append(name, entryType[value.type], noChunk, data); // Commit point.
      if (old !== undefined) this.#eraseAllBut(item, name);
    });
  }

  /** Erases a key; says whether it was there. */
  erase(namespace: string, key: string): boolean {
    const number = this.#namespaces.find(namespace);
    if (number === undefined) return false;
    const name = { namespace: number, key: encodeName(key) };
    return this.#change(() => {
      if (this.#pages.find(name) === undefined) return false;
      this.#eraseAllBut(undefined, name);
      return true;
    });
  }

  /** All values, in the order of flash. Nothing may be written meanwhile. */
  *entries(): Generator<NvsEntry, void> {
    const cursor = this.#pages.items();
    let [lastNumber, namespace] = [namespaceTable, ""];
    for (let entry = cursor.next(); entry !== undefined; entry = cursor.next()) {
      const { key, namespace: number, type } = entry;
      if (number === namespaceTable || type === entryType.blobChunk) continue;
      if (number !== lastNumber) namespace = this.#namespaces.nameOf(number);
      lastNumber = number;
      const value = this.#read(cursor.item);
      if (value !== undefined) yield { namespace, key, ...value };
    }
  }

  stats(): NvsStats {
    const { inUse, pageCount } = this.#pages;
    const totalEntries = pageCount * entriesPerPage;
    let usedEntries = 0;
    for (const page of inUse) usedEntries += page.usedEntries;
    const freeEntries = totalEntries - usedEntries;
    const availableEntries = Math.max(0, freeEntries - entriesPerPage);
    const namespaces = this.#namespaces.count;
    return { usedEntries, freeEntries, availableEntries, totalEntries, namespaces };
  }

  close(): void {
    this.#flash.close();
  }

  /**
   * Runs a change. One that ends otherwise than by returning or refusing has left flash and memory
   * apart: nothing may be written after it.
   */
  #change<T>(operate: () => T): T {
    if (this.#isReadOnly) throw new NvsError("read-only", "the partition is open for reading");
    if (this.#isUnfinished) throw new NvsError("interrupted", "an earlier write was interrupted");
    this.#isUnfinished = true;
    try {
      const result = operate();
      this.#isUnfinished = false;
      return result;
    } catch (error) {
      this.#isUnfinished = !(error instanceof NvsError);
      throw error;
    }
  }

  #read(item: NvsItem): NvsValue | undefined {
    const { type, data } = item.page.entry(item.index);
    if (!hasPayload(type) && type !== entryType.blobIndex) return decodeValue(type, data);
    const bytes =
      type === entryType.blobIndex
        ? readBlob(this.#pages, item)
        : item.page.readPayload(item.index);
    return bytes && decodeValue(type, bytes);
  }

  /** Whether the item is of that type and has that value already. */
  #holds(item: NvsItem, type: NvsValue["type"], data: Uint8Array): boolean {
    const entry = item.page.entry(item.index);
    if (entry.type === entryType.blobIndex) {
      return type === "blob" && blobEquals(this.#pages, item, data);
    }
    if (entry.type !== entryType[type]) return false;
    if (!hasPayload(entry.type)) return entry.data.every((byte, i) => byte === data[i]);
    return entry.payloadBytes === data.length && item.page.payloadEquals(item.index, data, 0);
  }

  /**
   * Erases all of a name but the item at `keep`, if given, and its chunks. The items come before the
   * chunks, so that a cut never leaves an index without its chunks.
   */
  #eraseAllBut(keep: NvsItem | undefined, name: NvsName): void {
    const kept = keep?.page.entry(keep.index);
    const isBlob = kept?.type === entryType.blobIndex;
    const chunkStart = isBlob ? kept.chunkStart : 0;
    const chunkEnd = isBlob ? chunkStart + kept.chunkCount : 0;
    let hasChunks = false;
    const items = this.#pages.items();
    for (let entry = items.next(); entry !== undefined; entry = items.next()) {
      if (entry.type === entryType.blobChunk || !entry.hasName(name)) continue;
      const { page, index } = items.item;
      if (page === keep?.page && index === keep.index) continue;
      hasChunks ||= entry.type === entryType.blobIndex;
      items.eraseItem();
    }
    if (!hasChunks) return;
    const chunks = this.#pages.items();
    for (let entry = chunks.next(); entry !== undefined; entry = chunks.next()) {
      if (entry.type !== entryType.blobChunk || !entry.hasName(name)) continue;
      if (entry.chunkIndex < chunkStart || entry.chunkIndex >= chunkEnd) chunks.eraseItem();
    }
  }
}
