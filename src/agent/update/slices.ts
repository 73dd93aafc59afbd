// Long work over flash in slices, a timer turn each, so that sockets, sensors and the watchdog get
// their turns in between.

import type { Timer, TimerHandle } from "../../ports/timer.js";

/** Runs `step` once per turn until it returns false. `cancel` ends it at any time. */
export class Slices {
  readonly #timer: Timer;
  readonly #step: () => boolean;
  #handle: TimerHandle | undefined;
  #cancelled = false;

  constructor(timer: Timer, step: () => boolean) {
    this.#timer = timer;
    this.#step = step;
    this.#schedule();
  }

  cancel(): void {
    this.#cancelled = true;
    if (this.#handle !== undefined) this.#timer.clear(this.#handle);
  }

  #schedule(): void {
    if (this.#cancelled) return;
    this.#handle = this.#timer.set(() => {
      if (!this.#cancelled && this.#step()) this.#schedule();
    }, 0);
  }
}
