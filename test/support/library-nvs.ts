// NVS as Espressif's library recovers it: our own code for everything that both do alike, and the
// library's rules in the places where it can lose a value at a cut (src/formats/nvs/nvs-recovery.ts tells
// them apart; the golden images hold this file to what the library itself read).
//
//   twins    the last item's older twin goes, whatever its chunk index: of a blob cut between its new
//            chunk and its new index, neither the old nor the new is left
//   payload  it is looked at only when it is read: an item that a cut, and one of its recovery, have made
//            look written counts as newer than its twin, and then cannot be read
//   moves    a copy of a page being moved is dropped whenever the old page's header can still be read,
//            also if the cut fell while the old page was erased: then what was erased is gone
//   erase    the header of the old page is left as it is until the erase
//
// Strings, which is all the agent keeps, are lost in the second way and the third. The first and the
// third are known from what the library did, the second from its rules.

import type { FlashPartition } from "../../src/ports/flash.js";
import { entriesPerPage, entryType } from "../../src/formats/nvs/nvs-entry.js";
import { NvsFlash } from "../../src/formats/nvs/nvs-flash.js";
import type { NvsPage } from "../../src/formats/nvs/nvs-page.js";
import { NvsPages } from "../../src/formats/nvs/nvs-pages.js";
import { Nvs } from "../../src/formats/nvs/nvs.js";

/** Opens as the library does: what it would lose at the last cut is lost. */
export function openLibraryNvs(partition: FlashPartition): Nvs {
  const flash = new HeaderKeepingPartition(partition);
  const pages = new NvsPages(new NvsFlash(flash));
  for (const page of pages.inUse) {
    if (page.state === "active") eraseTwinsByHead(page);
    page.repair();
  }
  eraseTwins(pages);
  dropCopies(pages);
  return Nvs.open(flash);
}

/** Of two items of one name whose heads are right the later one stays, whatever its payload. */
function eraseTwinsByHead(page: NvsPage): void {
  const seen = new Map<string, number>();
  for (let i = page.nextItem(0); i < entriesPerPage; i = page.nextItem(page.afterItem(i))) {
    const entry = page.entry(i);
    if (!entry.isConsistent(i)) continue;
    const { namespace, key, chunkIndex } = entry;
    const end = page.afterItem(i);
    let isWritten = true;
    for (let at = i; at < end; at += 1) isWritten &&= page.nextItem(at) === at;
    if (!isWritten) continue;
    const name = `${namespace}/${key}/${chunkIndex}`;
    const earlier = seen.get(name);
    if (earlier !== undefined) page.eraseItem(earlier);
    seen.set(name, i);
  }
}

/** Blobs and their chunks; other items are erased by our own recovery in the same way. */
function eraseTwins(pages: NvsPages): void {
  const { last } = pages;
  const index = last === undefined ? undefined : lastItem(last);
  if (last === undefined || index === undefined) return;
  const { name, type } = last.entry(index);
  if (type !== entryType.blobChunk) return;
  const cursor = pages.items();
  for (let entry = cursor.next(); entry !== undefined; entry = cursor.next()) {
    const { page, index: at } = cursor.item;
    if (page === last && at === index) return;
    if (page.state === "freeing") continue;
    if (entry.type === type && entry.hasName(name)) {
      cursor.eraseItem();
      return;
    }
  }
}

function dropCopies(pages: NvsPages): void {
  for (const page of pages.inUse.filter(({ state }) => state === "freeing")) {
    const { last } = pages;
    if (last?.state === "active") pages.retire(last);
    if (pages.canGrow) pages.move(page);
  }
}

function lastItem(page: NvsPage): number | undefined {
  let last: number | undefined;
  for (let i = page.nextItem(0); i < entriesPerPage; i = page.nextItem(page.afterItem(i))) last = i;
  return last;
}

/** A partition on which a page's header is not made invalid before its sector is erased. */
class HeaderKeepingPartition implements FlashPartition {
  readonly #partition: FlashPartition;

  constructor(partition: FlashPartition) {
    this.#partition = partition;
  }

  read(buffer: Uint8Array, byteOffset: number): void {
    this.#partition.read(buffer, byteOffset);
  }

  write(buffer: Uint8Array, byteOffset: number): void {
    const isInvalidation = byteOffset % 4096 < 32 && buffer.every((byte) => byte === 0);
    if (!isInvalidation) this.#partition.write(buffer, byteOffset);
  }

  eraseBlock(first: number, end?: number): void {
    this.#partition.eraseBlock(first, end);
  }

  status(): ReturnType<FlashPartition["status"]> {
    return this.#partition.status();
  }

  close(): void {
    this.#partition.close();
  }
}
