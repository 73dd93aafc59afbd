// Long lists in statements of bounded length.

import { setImmediate } from "node:timers/promises";
import { rowsPerInsert } from "../limits.js";

/**
 * `items` in parts of `count`, by default as many as one statement takes. In between the others get
 * their turn: SQLite's statements hold up the whole process.
 */
export async function* batches<Item>(
  items: readonly Item[],
  count = rowsPerInsert,
): AsyncGenerator<readonly Item[]> {
  for (let first = 0; first < items.length; first += count) {
    if (first > 0) await setImmediate();
    yield items.slice(first, first + count);
  }
}
