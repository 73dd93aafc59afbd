// Long lists in statements of bounded length.

import { setImmediate } from "node:timers/promises";
import { rowsPerInsert } from "../limits.js";

/**
 * `items` in parts that one statement takes. In between the others get their turn: SQLite's
 * statements hold up the whole process.
 */
export async function* batches<Item>(items: readonly Item[]): AsyncGenerator<readonly Item[]> {
  for (let first = 0; first < items.length; first += rowsPerInsert) {
    if (first > 0) await setImmediate();
    yield items.slice(first, first + rowsPerInsert);
  }
}
