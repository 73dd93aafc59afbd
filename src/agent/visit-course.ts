// What has become of one visit to the service so far: how often the list was asked for, which
// releases came to nothing, and why. So that a visit ends, a bad release does not hide a good one,
// and the last status tells the cause.

import type { ContactProblem, Failure } from "./contact.js";
import { roundsMax } from "./limits.js";

export class VisitCourse {
  /** Times the list was asked for. */
  #rounds = 0;
  /** Releases that came to nothing, or were replaced, since the device was last up to date. */
  #changes = 0;
  #passedOver: ContactProblem | undefined;
  /** Content id of the release that was found changed. */
  #changedId: string | undefined;
  #cause = "";

  /** Why a release came to nothing last, or "". */
  get cause(): string {
    return this.#cause;
  }

  /** What became of the first release passed over. */
  get passedOver(): ContactProblem | undefined {
    return this.#passedOver;
  }

  /** Bytes that again and again come to nothing are no reason to be quick. */
  get isSteady(): boolean {
    return this.#changes < roundsMax;
  }

  /** The list is asked for once more; the failure if that has been done often enough. */
  beginRound(): Failure | undefined {
    this.#rounds += 1;
    if (this.#rounds <= (this.isSteady ? roundsMax : 1)) return undefined;
    const cause = this.#cause === "" ? "" : `: ${this.#cause}`;
    return { kind: "failed", reason: `the list of releases leads nowhere${cause}` };
  }

  /** A release comes to nothing for now: another one may be taken instead. */
  passOver(problem: ContactProblem): void {
    this.#passedOver ??= problem;
    this.#changes += 1;
  }

  /** The release was replaced, is gone, or was rejected. */
  noteChange(id: string | undefined, reason: string): void {
    this.#changes += 1;
    this.#cause = `${id ?? "a release"}: ${reason}`;
  }

  /** True if this very content was found changed before: it cannot be fetched in this visit. */
  isChangedAgain(id: string | undefined): boolean {
    const isAgain = id !== undefined && id === this.#changedId;
    this.#changedId = id;
    return isAgain;
  }

  /** The visit is over. */
  end(): void {
    this.#rounds = 0;
    this.#passedOver = undefined;
    this.#changedId = undefined;
    this.#cause = "";
  }

  /** The device is up to date. */
  settle(): void {
    this.#changes = 0;
  }
}
