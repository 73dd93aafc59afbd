// The service goes away: nobody listens, what was asked is not answered. Later it is back.
// What a device had decided before must hold all that time, with nobody to ask.

import { retryDelayMsMax } from "../../../src/agent/limits.js";
import type { Life } from "./life.js";
import { serviceAddress } from "../../support/device-site.js";

/** Requests at its begin, while the pauses are still short. */
const firstRequestsMax = 50;
/** Boots of the trials that end because nobody answers, and of the way back. */
const trialBootsMax = 4;

/** Of the one service of a life; it goes at most once. */
export class Absence {
  readonly #life: Life;
  #durationMs = 0;
  #state: "not yet" | "away" | "back" = "not yet";

  constructor(life: Life) {
    this.#life = life;
  }

  /** The service has gone away, perhaps to come back. */
  get hasBegun(): boolean {
    return this.#state !== "not yet";
  }

  /** Requests that a device makes meanwhile, at most: its longest pauses are jittered. */
  get requestsMax(): number {
    return this.hasBegun ? firstRequestsMax + this.#durationMs / (retryDelayMsMax / 2) : 0;
  }

  /** Boots more than without it, at most. */
  get bootsMax(): number {
    return this.hasBegun ? trialBootsMax : 0;
  }

  /** Adds to the time that a life may take. */
  get durationMs(): number {
    return this.#durationMs;
  }

  get isAway(): boolean {
    return this.#state === "away";
  }

  begin(durationMs: number): void {
    if (this.hasBegun) return;
    this.#durationMs = durationMs;
    this.#state = "away";
    const { network, service, time, trace } = this.#life;
    const { bend } = service;
    network.listen(serviceAddress, 80, undefined);
    service.bend = ({ path }) => {
      if (path === "/provision/activate") this.#life.isAnswerLost = true;
      return undefined;
    };
    trace?.("the service goes away");
    time.schedule(() => {
      this.#judge();
      this.#state = "back";
      service.bend = bend;
      network.listen(serviceAddress, 80, service.accept);
      trace?.("the service is back");
    }, durationMs);
  }

  /** What a device is after so long alone. */
  #judge(): void {
    const { ledger, watch, running, status } = this.#life;
    const describe = (): string => this.#life.describe();
    watch.demand("trial ends alone", status?.trial === false, describe);
    const isKept = [...ledger.confirmed].every((sha256) => sha256 === running?.sha256);
    watch.demand("decision kept", isKept || ledger.losses > 0, describe);
  }
}
