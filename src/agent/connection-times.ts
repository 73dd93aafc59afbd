// When a peer was heard last, and since when it owes an answer: what the time-outs of a connection
// are measured by, and the round trips that pipelining learns from.

import type { Platform } from "../ports/platform.js";
import type { TimerHandle } from "../ports/timer.js";
import type { FailureKind } from "./exchange.js";
import { answerTimeoutMs, connectTimeoutMs, resolveTimeoutMs } from "./limits.js";
import type { Pipelining } from "./pipelining.js";

export type ConnectionPhase = "closed" | "resolving" | "connecting" | "open";

/** `endless`: an answer that comes byte by byte and does not end. */
export type Expired = Extract<FailureKind, "unresolved" | "unreachable" | "silent"> | "endless";

const watchIntervalMs = 1000;

export class ConnectionTimes {
  readonly #world: Pick<Platform, "clock" | "timer">;
  readonly #pipelining: Pipelining;
  #watch: TimerHandle | undefined;
  /** When the peer was last heard, or last began to owe something. */
  #heardMs = 0;
  #answerSinceMs = 0;
  /** When the request was written that is alone in flight, until its answer begins. */
  #askedMs: number | undefined;

  constructor(world: Pick<Platform, "clock" | "timer">, pipelining: Pipelining) {
    this.#world = world;
    this.#pipelining = pipelining;
  }

  /** The peer has something to do for us from now on. */
  begin(): void {
    this.#heardMs = this.#answerSinceMs = this.#world.clock();
  }

  hear(): void {
    this.#heardMs = this.#world.clock();
  }

  /** A request was written, alone or behind others. */
  ask(isAlone: boolean): void {
    if (isAlone) this.begin();
    this.#askedMs = isAlone ? this.#heardMs : undefined;
  }

  /** The head of an answer has come. */
  beginAnswer(): void {
    if (this.#askedMs !== undefined) {
      this.#pipelining.noteRoundTrip(this.#world.clock() - this.#askedMs);
    }
    this.#askedMs = undefined;
  }

  endAnswer(): void {
    this.#answerSinceMs = this.#heardMs;
  }

  /** What has taken too long, if anything; `inFlight` requests are unanswered, others may wait. */
  expired(phase: ConnectionPhase, owes: boolean, inFlight: number): Expired | undefined {
    const now = this.#world.clock();
    const quietMs = now - this.#heardMs;
    if (phase === "resolving" && quietMs >= resolveTimeoutMs) return "unresolved";
    if (phase === "connecting" && quietMs >= connectTimeoutMs) return "unreachable";
    if (owes && quietMs >= this.#pipelining.silenceMs(inFlight)) return "silent";
    const isEndless = inFlight > 0 && now - this.#answerSinceMs >= answerTimeoutMs;
    return isEndless ? "endless" : undefined;
  }

  /** Calls `check` once a second until it returns false, or `unwatch`. */
  watch(check: () => boolean): void {
    this.#watch = this.#world.timer.set(() => {
      this.#watch = undefined;
      if (check()) this.watch(check);
    }, watchIntervalMs);
  }

  unwatch(): void {
    if (this.#watch !== undefined) this.#world.timer.clear(this.#watch);
    this.#watch = undefined;
  }
}
