// Carries out the states of an update, from the list of releases to a verified image that still
// stands, and knows when asking again leads nowhere. Every outcome is an input for the life of the
// device.

import { roundsMax } from "../protocol/limits.js";
import type { ContactProblem } from "./contact.js";
import type { LifeInput } from "./life.js";
import type { Pause } from "./pause.js";
import type { Report, TrialRun } from "./trial-run.js";
import type { Cancellable, Update, Visit } from "./update.js";

export class UpdateRun {
  readonly #update: Update;
  readonly #trial: TrialRun;
  readonly #pause: Pause;
  readonly #report: Report;
  /** SHA-256 of the image just verified, hex. */
  #verifiedDigest = "";
  /** Times the list was asked for without a pause in between. */
  #rounds = 0;
  /** Releases rejected, or replaced under the download, since the device was last up to date. */
  #changes = 0;

  constructor(update: Update, trial: TrialRun, pause: Pause, report: Report) {
    this.#update = update;
    this.#trial = trial;
    this.#pause = pause;
    this.#report = report;
  }

  /** A pause begins: the list may be asked for again. */
  rest(): void {
    this.#rounds = 0;
  }

  /** The device is up to date. */
  settle(): void {
    this.#changes = 0;
  }

  list(visit: Visit): void {
    this.#rounds += 1;
    if (this.#rounds > (this.#isGettingNowhere ? 1 : roundsMax)) {
      this.#end("failed", "the list of releases leads nowhere");
      return;
    }
    this.#update.list(visit, (problem, isTyped) => {
      const { rearmed } = this.#trial;
      if (problem !== undefined) this.fail(problem);
      else if (this.#trial.isOn && isTyped) this.#end("reached");
      else if (this.#trial.isOn) {
        this.#end("failed", "an empty answer without a type may be anybody's, not the service's");
      } else if (rearmed !== undefined) {
        this.#update.resume(rearmed.release);
        this.#verifiedDigest = rearmed.digest;
        this.#end("armed");
      } else this.#takeCandidate("");
    });
  }

  inspect(visit: Visit): void {
    this.#update.inspect(visit, (outcome) => {
      if (outcome.kind === "suitable") this.#end("suitable");
      else if (outcome.kind === "unsuitable") this.#takeCandidate(outcome.reason);
      else this.fail(outcome);
    });
  }

  download(visit: Visit): Cancellable {
    // Bytes that again and again come to nothing are no reason to be quick.
    const onSector = (): void => {
      if (!this.#isGettingNowhere) this.#pause.forgive();
    };
    return this.#update.download(visit, onSector, (outcome) => {
      if (outcome.kind === "downloaded") this.#end("downloaded");
      else if (outcome.kind === "rejected") this.#end("changed", outcome.reason);
      else this.fail(outcome);
    });
  }

  verify(): Cancellable {
    return this.#update.verify((outcome) => {
      if (outcome.kind === "right") {
        this.#verifiedDigest = outcome.digest;
        this.#end("verified");
      } else if (outcome.kind === "wrong") this.#end("changed", outcome.reason);
      else this.fail(outcome);
    });
  }

  recheck(visit: Visit): void {
    this.#update.recheck(visit, this.#verifiedDigest, (problem) => {
      if (problem?.kind === "changed") this.#trial.endRearm();
      if (problem === undefined) this.#end("unchanged");
      else this.fail(problem);
    });
  }

  /** What the service, or the way to it, did not give. */
  fail(problem: ContactProblem): void {
    if (problem.kind === "failed") this.#pause.ask(problem.retryAfterMs);
    this.#end(problem.kind, problem.reason);
  }

  get #isGettingNowhere(): boolean {
    return this.#changes >= roundsMax;
  }

  #takeCandidate(reason: string): void {
    if (this.#update.takeCandidate()) this.#end("candidate", reason);
    else this.#end("nothing-new", reason);
  }

  #end(input: LifeInput, reason?: string): void {
    if (input === "changed") this.#changes += 1;
    this.#report(input, reason);
  }
}
