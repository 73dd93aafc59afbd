// Walks over the items of pages, oldest page first, without allocating for each: a scan of a
// partition looks at hundreds.

import { entriesPerPage, type NvsEntryView } from "./nvs-entry.js";
import type { NvsPage } from "./nvs-page.js";

/** Where an item is. Not good after an item was added: its page may have moved. */
export interface NvsItem {
  readonly page: NvsPage;
  readonly index: number;
}

export class NvsCursor {
  readonly #pages: readonly NvsPage[];
  #ordinal = 0;
  #index = 0;
  #next = 0;

  constructor(pages: readonly NvsPage[]) {
    this.#pages = pages;
  }

  /**
   * The next item's entry, good until the next use of flash; undefined after the last. The item just
   * given may be erased before the next call; none may be added.
   */
  next(): NvsEntryView | undefined {
    for (;;) {
      const page = this.#pages[this.#ordinal];
      if (page === undefined) return undefined;
      const index = page.nextItem(this.#next);
      if (index < entriesPerPage) {
        this.#index = index;
        this.#next = page.afterItem(index);
        return page.entry(index);
      }
      this.#ordinal += 1;
      this.#next = 0;
    }
  }

  /** Where the item that `next` gave is. */
  get item(): NvsItem {
    const page = this.#pages[this.#ordinal];
    if (page === undefined) throw new Error("no item: the cursor is at the end");
    return { page, index: this.#index };
  }

  eraseItem(): void {
    const { page, index } = this.item;
    page.eraseItem(index);
  }
}
