// The pages of an NVS partition: which are in use, in which order, and where the next item goes.
//
// Pages are ordered by sequence number; items are written to the last one. When it is full the next
// free sector becomes a page, but one sector always stays free: when only that one is left, the page
// with the fewest entries in use is moved to it and erased (ESP-IDF nvs_pagemanager.cpp).
//
// Moving, step by step, with what a cut after each step leaves to nvs-recovery.ts:
//   1. old page FREEING              the old page, as before
//   2. header of the new page        the old page, and a copy in part: the copy is dropped
//   3. copy                          the same
//   4. old header zeroed, CRC first  Commit point: the copy. A header zeroed in part is as good.
//   5. old sector erased             the copy, and a sector whose content is not looked at
//
// A sector counts as erased only if this object erased it: one that looks blank may be that of an
// erase cut short. Others are erased (again) before they become a page.

import { NvsCursor, type NvsItem } from "./nvs-cursor.js";
import {
  entriesPerPage,
  entryType,
  hasPayload,
  noChunk,
  type NvsName,
  spanOf,
} from "./nvs-entry.js";
import { NvsError } from "./nvs-error.js";
import type { NvsFlash } from "./nvs-flash.js";
import { NvsPage } from "./nvs-page.js";

interface FreeSector {
  readonly sector: number;
  readonly isErased: boolean;
}

const sequenceMax = 0xfffffffe;

export class NvsPages {
  readonly #flash: NvsFlash;
  /** Oldest first. */
  readonly #inUse: NvsPage[] = [];
  readonly #free: FreeSector[] = [];
  #nextSequence: number;

  /** Loads all pages, unrepaired, and changes nothing. */
  constructor(flash: NvsFlash) {
    this.#flash = flash;
    for (let sector = 0; sector < flash.pageCount; sector += 1) {
      const page = NvsPage.load(flash, sector);
      if (page === undefined) this.#free.push({ sector, isErased: false });
      else this.#inUse.push(page);
    }
    // A stable sort: of equal numbers the lower sector is the older.
    this.#inUse.sort((a, b) => a.sequence - b.sequence);
    this.#nextSequence = (this.last?.sequence ?? -1) + 1;
  }

  /** Oldest first. */
  get inUse(): readonly NvsPage[] {
    return this.#inUse;
  }

  get last(): NvsPage | undefined {
    return this.#inUse[this.#inUse.length - 1];
  }

  get freeCount(): number {
    return this.#free.length;
  }

  /** Whether another page can be begun: a sector is free, and a number to go on with. */
  get canGrow(): boolean {
    return this.#free.length > 0 && this.#nextSequence <= sequenceMax;
  }

  get pageCount(): number {
    return this.#flash.pageCount;
  }

  items(): NvsCursor {
    return new NvsCursor(this.#inUse);
  }

  /**
   * The item of that name, or that chunk of it: the oldest, if a damaged partition has more than one.
   */
  find(name: NvsName, chunkIndex: number = noChunk): NvsItem | undefined {
    const cursor = this.items();
    for (let entry = cursor.next(); entry !== undefined; entry = cursor.next()) {
      if (entry.chunkIndex !== chunkIndex || !entry.hasName(name)) continue;
      const isChunk = entry.type === entryType.blobChunk;
      const { item } = cursor;
      if (isChunk === (chunkIndex !== noChunk) && entry.isConsistent(item.index)) return item;
    }
    return undefined;
  }

  /**
   * Writes an item: `data` is its payload, or the eight data bytes of an entry that has none. It
   * counts, whole, when this returns; a cut leaves nothing of it that counts.
   */
  append(name: NvsName, type: number, chunkIndex: number, data: Uint8Array): NvsItem {
    const span = hasPayload(type) ? spanOf(data.length) : 1;
    const page = this.room(span);
    const { draft } = this.#flash;
    draft.begin(name, type, span, chunkIndex);
    if (hasPayload(type)) draft.setPayload(data);
    else draft.data.set(data);
    draft.seal();
    return { page, index: page.append(hasPayload(type) ? data : undefined) };
  }

  /** The last page, with room for `entries`: a new one if need be. Throws if the store is full. */
  room(entries: number): NvsPage {
    const { last } = this;
    if (last !== undefined && last.room >= entries) return last;
    const victim = this.#free.length >= 2 ? undefined : this.#leastUsed();
    if (!this.canGrow || entriesPerPage - (victim?.usedEntries ?? 0) < entries) {
      throw new NvsError("full", `no room for ${entries} entries`);
    }
    if (last?.state === "active") last.advance("full");
    return victim === undefined ? this.#activate() : this.move(victim);
  }

  /** Moves all that counts on `page` to a new page, the last one then, and frees its sector. */
  move(page: NvsPage): NvsPage {
    // One bit at a time: two could leave, cut, a state that is none.
    if (page.state === "active") page.advance("full");
    page.advance("freeing");
    const target = this.#activate();
    page.copyTo(target);
    this.retire(page);
    return target;
  }

  /** Frees the sector of a page that nobody needs any more. */
  retire(page: NvsPage): void {
    page.invalidate(); // Commit point: with its header the page goes as a whole.
    this.#flash.erase(page.sector);
    this.#inUse.splice(this.#inUse.indexOf(page), 1);
    this.#free.push({ sector: page.sector, isErased: true });
  }

  /** Makes a free sector the last page. */
  #activate(): NvsPage {
    const free = this.#free[0];
    if (free === undefined) throw new Error("no sector is free");
    if (!free.isErased) this.#flash.erase(free.sector);
    const page = NvsPage.create(this.#flash, free.sector, this.#nextSequence);
    this.#nextSequence += 1;
    this.#free.shift();
    this.#inUse.push(page);
    return page;
  }

  #leastUsed(): NvsPage | undefined {
    let [least, used]: [NvsPage | undefined, number] = [undefined, Infinity];
    for (const page of this.#inUse) {
      if (page.usedEntries < used) [least, used] = [page, page.usedEntries];
    }
    return least;
  }
}
