// What opening a partition puts right after a power cut, and what it makes of damage.
//
// The rules, in this order, are those of ESP-IDF (nvs_page.cpp, nvs_pagemanager.cpp, nvs_storage.cpp)
// but where Espressif's library can lose a value at a cut, or bring an old one back:
//   * an older item is a twin of the newest only if its chunk index is the same too: the library
//     takes the old chunk of a blob for a twin of the new one, and then has neither blob;
//   * all older twins go, of whatever type: a key has one value;
//   * an item whose payload is not whole is nobody's twin, though its bits may say it is written: the
//     library looks at payloads only when they are read, and by then the old value is gone;
//   * of a page being moved and its copy the one that holds all of the other stays. The library always
//     drops the copy, which is the only one left if the cut fell while the old page was erased.
//
// Every step only erases what something newer or more complete stands for, and can itself be cut.

import {
  chunkVersion1,
  entriesPerPage,
  entryBytes,
  entryType,
  noChunk,
  type NvsEntryView,
  type NvsName,
} from "./nvs-entry.js";
import { isChunkOf } from "./nvs-blob.js";
import type { NvsPage } from "./nvs-page.js";
import type { NvsPages } from "./nvs-pages.js";

export function recover(pages: NvsPages): void {
  for (const page of pages.inUse) page.repair();
  eraseOlderTwins(pages);
  finishMoves(pages);
  eraseBrokenBlobs(pages);
  eraseOrphanChunks(pages);
}

/** The item written last is newer than its twins on older pages: a cut came before their erase. */
function eraseOlderTwins(pages: NvsPages): void {
  const { last } = pages;
  if (last === undefined) return;
  const index = lastItem(last);
  // An item whose payload is not whole stands for nothing (NvsPage.repair tells how it came to be).
  if (index === undefined || !last.isIntact(index)) return;
  const { name, chunkIndex } = last.entry(index);
  const cursor = pages.items();
  for (let entry = cursor.next(); entry !== undefined; entry = cursor.next()) {
    const { page } = cursor.item;
    if (page === last) return;
    // What a page being moved holds is not older than its copy.
    if (page.state === "freeing") continue;
    if (entry.chunkIndex === chunkIndex && entry.hasName(name)) cursor.eraseItem();
  }
}

/**
 * Ends every move that a cut left half done: see the steps in nvs-pages.ts. If neither page holds
 * all of the other (damage), both stay if there is room, or else the old page, as in ESP-IDF. The
 * copy may be in any state: a writer that zeroes a header from its first byte, and is cut there,
 * leaves another one.
 */
function finishMoves(pages: NvsPages): void {
  for (const page of pages.inUse.filter(({ state }) => state === "freeing")) {
    const { last } = pages;
    if (!pages.inUse.includes(page)) continue; // It was the copy of the one before.
    if (last !== undefined && last !== page) {
      if (holdsAll(last, page)) {
        pages.retire(page);
        continue;
      }
      const isDamaged = last.state === "active" && !pages.canGrow;
      if (holdsAll(page, last) || isDamaged) pages.retire(last);
    }
    if (pages.canGrow) pages.move(page);
  }
}

/** Whether every intact item of `part` is, intact, on `whole` too, in the same order. */
function holdsAll(whole: NvsPage, part: NvsPage): boolean {
  let at = 0;
  for (let i = part.nextItem(0); i < entriesPerPage; i = part.nextItem(part.afterItem(i))) {
    if (!part.isIntact(i)) continue;
    const wanted = copyOf(part.entry(i));
    at = whole.nextItem(at);
    while (at < entriesPerPage && !(isSame(whole.entry(at), wanted) && whole.isIntact(at))) {
      at = whole.nextItem(whole.afterItem(at));
    }
    if (at === entriesPerPage) return false;
    at = whole.afterItem(at);
  }
  return true;
}

/** A blob whose chunks do not add up to what its index says goes. */
function eraseBrokenBlobs(pages: NvsPages): void {
  const cursor = pages.items();
  for (let entry = cursor.next(); entry !== undefined; entry = cursor.next()) {
    if (entry.type !== entryType.blobIndex) continue;
    const { name, blobBytes, chunkCount, chunkStart } = entry;
    const end = chunkStart === 0 ? chunkVersion1 : noChunk;
    let [bytes, count] = [0, 0];
    const chunks = pages.items();
    for (let chunk = chunks.next(); chunk !== undefined; chunk = chunks.next()) {
      if (!isChunkOf(chunk, name, chunkStart, end)) continue;
      bytes += chunk.payloadBytes;
      count += 1;
    }
    if (bytes !== blobBytes || count !== chunkCount) cursor.eraseItem();
  }
}

/** Chunks without an index: a cut came before it was written, or after it was erased. */
function eraseOrphanChunks(pages: NvsPages): void {
  const cursor = pages.items();
  for (let entry = cursor.next(); entry !== undefined; entry = cursor.next()) {
    if (entry.type !== entryType.blobChunk) continue;
    const { name, chunkIndex } = entry;
    if (!hasIndexFor(pages, name, chunkIndex)) cursor.eraseItem();
  }
}

function hasIndexFor(pages: NvsPages, name: NvsName, chunkIndex: number): boolean {
  const cursor = pages.items();
  for (let entry = cursor.next(); entry !== undefined; entry = cursor.next()) {
    if (entry.type !== entryType.blobIndex || !entry.hasName(name)) continue;
    const { chunkStart, chunkCount } = entry;
    if (chunkIndex >= chunkStart && chunkIndex < chunkStart + chunkCount) return true;
  }
  return false;
}

function lastItem(page: NvsPage): number | undefined {
  let last: number | undefined;
  for (let i = page.nextItem(0); i < entriesPerPage; i = page.nextItem(page.afterItem(i))) last = i;
  return last;
}

function copyOf({ bytes, offset }: NvsEntryView): Uint8Array {
  return bytes.slice(offset, offset + entryBytes);
}

function isSame({ bytes, offset }: NvsEntryView, wanted: Uint8Array): boolean {
  return wanted.every((byte, i) => bytes[offset + i] === byte);
}
