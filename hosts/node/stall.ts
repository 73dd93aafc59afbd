// A device that stands still while its flash is busy, in virtual or real time: the code that runs goes
// on at once, and what would happen to the device next happens when the flash is done.

/** What a callback is to the device, so that only the newest of a kind waits. */
export type Occurrence = object;

interface Waiting {
  readonly occurrence: Occurrence;
  run: () => void;
}

/** Time as the device needs it. */
export interface StallClock {
  nowMs(): number;
  schedule(callback: () => void, delayMs: number): object;
}

export class Stall {
  readonly #clock: StallClock;
  readonly #waiting: Waiting[] = [];
  #busyUntilMs = -Infinity;
  #isScheduled = false;

  constructor(clock: StallClock) {
    this.#clock = clock;
  }

  /** The time that the device's own clock shows: it goes on while the device stands still. */
  nowMs(): number {
    return Math.max(this.#clock.nowMs(), this.#busyUntilMs);
  }

  /** The flash is busy for so long from now on, or from the end of what it does already. */
  busy(durationMs: number): void {
    this.#busyUntilMs = this.nowMs() + durationMs;
  }

  /** What comes now need not wait. */
  get isIdle(): boolean {
    return this.#waiting.length === 0 && !this.#isBusy;
  }

  /**
   * Runs `callback` now, or once the flash is done. Of calls with the same `occurrence` that wait,
   * only the last one runs, in the place of the first: nothing of the device can have come between.
   */
  run(occurrence: Occurrence, callback: () => void): void {
    if (this.isIdle) {
      callback();
      return;
    }
    const same = this.#waiting.find((one) => one.occurrence === occurrence);
    if (same === undefined) this.#waiting.push({ occurrence, run: callback });
    else same.run = callback;
    this.#wait();
  }

  /** Nothing that waits happens any more. */
  clear(): void {
    this.#waiting.length = 0;
  }

  get #isBusy(): boolean {
    return this.#clock.nowMs() < this.#busyUntilMs;
  }

  #wait(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#clock.schedule(
      () => {
        this.#isScheduled = false;
        this.#goOn();
      },
      Math.max(0, this.#busyUntilMs - this.#clock.nowMs()),
    );
  }

  #goOn(): void {
    while (!this.#isBusy) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      next.run();
    }
    if (this.#waiting.length > 0) this.#wait();
  }
}
