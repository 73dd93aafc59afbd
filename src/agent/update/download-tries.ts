// How often a download has failed in a row, and when it tries again.

import type { Platform } from "../../ports/platform.js";
import type { TimerHandle } from "../../ports/timer.js";
import { retryDelayMs } from "../back-off.js";
import {
  chunkBytesMin,
  downloadTriesMax,
  rangeRetryDelayMsMin,
  retryDelayMsMax,
} from "../limits.js";

export class DownloadTries {
  readonly #world: Pick<Platform, "random" | "timer">;
  #failures = 0;
  /** Body bytes since the last failure. */
  #bytes = 0;
  #timer: TimerHandle | undefined;

  constructor(world: Pick<Platform, "random" | "timer">) {
    this.#world = world;
  }

  /** The last try failed, and too little has come since to say that all is well. */
  get hasFailed(): boolean {
    return this.#failures > 0;
  }

  noteBytes(byteLength: number): void {
    this.#bytes += byteLength;
    if (this.#bytes >= chunkBytesMin) this.#failures = 0;
  }

  /**
   * A try has failed. Calls `onDue` after a pause of at least `askedMs`; false if it was the last
   * try that a download has.
   */
  again(askedMs: number, onDue: () => void): boolean {
    this.#bytes = 0;
    this.#failures += 1;
    if (this.#failures > downloadTriesMax) return false;
    const { random, timer } = this.#world;
    const delayMs = retryDelayMs(
      this.#failures - 1,
      rangeRetryDelayMsMin,
      retryDelayMsMax,
      random(),
    );
    this.#timer = timer.set(
      () => {
        this.#timer = undefined;
        onDue();
      },
      Math.max(askedMs, delayMs),
    );
    return true;
  }

  cancel(): void {
    if (this.#timer !== undefined) this.#world.timer.clear(this.#timer);
  }
}
