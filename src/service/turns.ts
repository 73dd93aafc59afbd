// Turns of the event loop for work that takes long: it goes on in parts, and of all such work only
// one part runs between two looks at the network. Many large tables at once therefore take longer,
// but nobody else waits for more than one part of one of them.

import { setImmediate } from "node:timers/promises";

export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves when it is the caller's turn, first come, first served. */
  next(): Promise<void> {
    const turn = this.#last.then(() => setImmediate());
    this.#last = turn;
    return turn;
  }
}
