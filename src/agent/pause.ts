// The pauses between two tries: how long, by how many failures in a row, by what the service asked
// for, with jitter; and the one timer that ends them.

import type { Platform } from "../ports/platform.js";
import type { TimerHandle } from "../ports/timer.js";
import { retryDelayMsMax } from "./limits.js";
import { retryDelayMs } from "./back-off.js";

/** What it needs of the world. */
type World = Pick<Platform, "random" | "timer">;

export class Pause {
  readonly #world: World;
  readonly #onOver: () => void;
  #timer: TimerHandle | undefined;
  /** Failures in a row. */
  #failures = 0;
  #askedMs = 0;

  /** `onOver` is called at the end of each pause that is not ended before. */
  constructor(world: World, onOver: () => void) {
    this.#world = world;
    this.#onOver = onOver;
  }

  get isRunning(): boolean {
    return this.#timer !== undefined;
  }

  /** Something went well: the next pause is a short one again. */
  forgive(): void {
    this.#failures = 0;
  }

  /** The service asks for a pause of at least this (`Retry-After`). */
  ask(delayMs: number | undefined): void {
    this.#askedMs = delayMs ?? 0;
  }

  /** After a failure: longer each time. */
  backOff(minimumMs: number): void {
    const random = this.#world.random();
    const delayMs = retryDelayMs(this.#failures, minimumMs, retryDelayMsMax, random);
    this.#failures += 1;
    this.#begin(Math.max(this.#askedMs, delayMs));
    this.#askedMs = 0;
  }

  /** Until it is time to ask again; jittered, so that a fleet does not ask in step. */
  interval(delayMs: number): void {
    this.#failures = 0;
    this.#begin(retryDelayMs(0, delayMs, delayMs, this.#world.random()));
  }

  exactly(delayMs: number): void {
    this.#begin(delayMs);
  }

  end(): void {
    if (this.#timer !== undefined) this.#world.timer.clear(this.#timer);
    this.#timer = undefined;
  }

  #begin(delayMs: number): void {
    this.end();
    this.#timer = this.#world.timer.set(() => {
      this.#timer = undefined;
      this.#onOver();
    }, delayMs);
  }
}
