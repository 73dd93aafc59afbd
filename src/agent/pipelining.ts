// How many requests may be in flight, and how long an answer may be silent then. Some servers and
// proxies lose pipelined requests, mix their answers up, or never answer them: after two faults
// with more than one request in flight, one goes at a time for the rest of the boot.

import { pipelinedSilenceMsMin, pipelineFaultsMax, silenceTimeoutMs } from "./limits.js";

/** A pipelined answer may be silent for so many round trips. */
const roundTripsOfSilence = 8;

export class Pipelining {
  readonly #depthMax: number;
  #faults = 0;
  #roundTripMsMax: number | undefined;

  /** @param depthMax requests in flight while nothing speaks against it */
  constructor(depthMax: number) {
    this.#depthMax = depthMax;
  }

  /** Requests that may be in flight. */
  get depth(): number {
    return this.#faults < pipelineFaultsMax ? this.#depthMax : 1;
  }

  /** An answer was lost, silent, malformed or wrong while `inFlight` requests had none. */
  noteFault(inFlight: number): void {
    if (inFlight > 1) this.#faults += 1;
  }

  /** A request that was alone in flight had the first byte of its answer after so long. */
  noteRoundTrip(roundTripMs: number): void {
    this.#roundTripMsMax = Math.max(this.#roundTripMsMax ?? 0, roundTripMs);
  }

  /** Between two bytes while `inFlight` requests are unanswered: learnt, where a loss is likely. */
  silenceMs(inFlight: number): number {
    if (inFlight <= 1 || this.#roundTripMsMax === undefined) return silenceTimeoutMs;
    const learntMs = roundTripsOfSilence * this.#roundTripMsMax;
    return Math.min(Math.max(learntMs, pipelinedSilenceMsMin), silenceTimeoutMs);
  }
}
