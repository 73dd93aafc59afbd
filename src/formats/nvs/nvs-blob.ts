// Blobs: a value in chunks, which may lie on several pages, and an index that makes them count.
//
//    chunk 128   chunk 129   ...   index { byte length, count, first = 128 }
//
// An update writes the new value under the other numbers (from 0, from 128, in turn), then its index,
// and only then are the old index and the old chunks erased. A cut before the new index leaves
// chunks without an index, which nvs-recovery.ts erases; a cut after it leaves two indexes, of which
// the newer stays.

import type { NvsItem } from "./nvs-cursor.js";
import {
  chunksMax,
  chunkVersion1,
  entryBytes,
  entryType,
  noChunk,
  type NvsEntryView,
  type NvsName,
  payloadBytesMax,
  spanOf,
} from "./nvs-entry.js";
import { NvsError } from "./nvs-error.js";
import type { NvsPages } from "./nvs-pages.js";

/** A first chunk in the rest of a page is worth it from this size on (ESP-IDF nvs_storage.cpp). */
const firstChunkBytesMin = payloadBytesMax / 10;

/** Entries that the first chunk of a blob asks of a page, or else it goes to the next. */
export function firstChunkEntries(blobBytes: number): number {
  return spanOf(Math.max(1, Math.min(blobBytes, firstChunkBytesMin)));
}

/** The first chunk number of a value that replaces the one at `old`. */
export function nextChunkStart(old: NvsItem | undefined): number {
  const entry = old?.page.entry(old.index);
  return entry?.type === entryType.blobIndex && entry.chunkStart === 0 ? chunkVersion1 : 0;
}

/**
 * Writes a blob beside the one there may be, and returns its index. If there is no room, erases what
 * it wrote and throws.
 */
export function appendBlob(
  pages: NvsPages,
  name: NvsName,
  blob: Uint8Array,
  chunkStart: number,
  firstEntries: number,
): NvsItem {
  let chunkCount = 0;
  try {
    for (let start = 0; chunkCount === 0 || start < blob.length;) {
      if (chunkCount === chunksMax) throw new NvsError("full", "the blob needs too many chunks");
      const { room } = pages.room(chunkCount === 0 ? firstEntries : 2);
      const end = Math.min(blob.length, start + (room - 1) * entryBytes);
      const chunk = blob.subarray(start, end);
      pages.append(name, entryType.blobChunk, chunkStart + chunkCount, chunk);
      chunkCount += 1;
      start = end;
    }
    const data = new Uint8Array(8).fill(0xff);
    new DataView(data.buffer).setUint32(0, blob.length, true);
    data[4] = chunkCount;
    data[5] = chunkStart;
    return pages.append(name, entryType.blobIndex, noChunk, data); // Commit point.
  } catch (error) {
    if (error instanceof NvsError) eraseChunks(pages, name, chunkStart, chunkCount);
    throw error;
  }
}

/** Erases the chunks of `name` numbered from `start` on, `count` at most. */
function eraseChunks(pages: NvsPages, name: NvsName, start: number, count: number): void {
  const cursor = pages.items();
  for (let entry = cursor.next(); entry !== undefined; entry = cursor.next()) {
    if (isChunkOf(entry, name, start, start + count)) cursor.eraseItem();
  }
}

/** Whether `entry` is a chunk of `name` numbered from `start` up to, not including, `end`. */
export function isChunkOf(entry: NvsEntryView, name: NvsName, start: number, end: number): boolean {
  const { chunkIndex } = entry;
  return (
    entry.type === entryType.blobChunk &&
    chunkIndex >= start &&
    chunkIndex < end &&
    entry.hasName(name)
  );
}

/** The value of the blob with the index at `item`; undefined if a chunk is missing or damaged. */
export function readBlob(pages: NvsPages, item: NvsItem): Uint8Array | undefined {
  const { name, blobBytes, chunkCount, chunkStart } = item.page.entry(item.index);
  const blob = new Uint8Array(blobBytes);
  let end = 0;
  for (let i = 0; i < chunkCount; i += 1) {
    const chunk = pages.find(name, chunkStart + i);
    const payload = chunk?.page.readPayload(chunk.index);
    if (payload === undefined || end + payload.length > blobBytes) return undefined;
    blob.set(payload, end);
    end += payload.length;
  }
  return end === blobBytes ? blob : undefined;
}

/** Whether the blob with the index at `item` is `blob`, without reading it into memory. */
export function blobEquals(pages: NvsPages, item: NvsItem, blob: Uint8Array): boolean {
  const { name, blobBytes, chunkCount, chunkStart } = item.page.entry(item.index);
  if (blobBytes !== blob.length) return false;
  let end = 0;
  for (let i = 0; i < chunkCount; i += 1) {
    const chunk = pages.find(name, chunkStart + i);
    if (chunk?.page.payloadEquals(chunk.index, blob, end) !== true) return false;
    end += chunk.page.entry(chunk.index).payloadBytes;
  }
  return end === blobBytes;
}
