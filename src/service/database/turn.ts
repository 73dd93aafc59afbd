// How long this turn of the event loop has gone on with statements. SQLite's statements are
// synchronous, and awaiting them lets nobody else in: a chain of many would hold up the process.

import { setImmediate as nextTurn } from "node:timers/promises";

export class Turn {
  readonly #msMax: number;
  #startedAt = 0;
  #isUnderWay = false;

  /** `msMax`: what one turn may take; then those that have waited come first. */
  constructor(msMax: number) {
    this.#msMax = msMax;
  }

  /** Begins another turn if this one has taken its time; undefined if it may go on. */
  next(): Promise<void> | undefined {
    const now = performance.now();
    if (!this.#isUnderWay) {
      this.#isUnderWay = true;
      this.#startedAt = now;
      setImmediate(() => {
        this.#isUnderWay = false;
      });
      return undefined;
    }
    return now - this.#startedAt < this.#msMax ? undefined : nextTurn();
  }
}
