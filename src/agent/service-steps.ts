// The steps of a visit to the service, from the key to the armed release. Each is the entry action
// of one state, and reports what comes of it as an input. What becomes of a bad release is here:
// it is passed over for the next good one.

import { Activation } from "./activation.js";
import type { ContactProblem } from "./contact.js";
import type { DeviceKey } from "./device-key.js";
import type { Identity } from "./identity.js";
import type { Report } from "./life.js";
import type { CompleteOptions } from "./options.js";
import type { Pause } from "./pause.js";
import type { Platform } from "../ports/platform.js";
import type { Records } from "./slots/records.js";
import type { TrialRun } from "./slots/trial-run.js";
import type { Cancellable, Update } from "./update/update.js";
import { VisitCourse } from "./visit-course.js";
import { Visits } from "./visit.js";

/** What the steps share with the rest of the agent. */
export interface ServiceStepsParts {
  readonly key: DeviceKey;
  readonly records: Records;
  readonly update: Update;
  readonly trial: TrialRun;
  readonly pause: Pause;
  readonly report: Report;
}

export class ServiceSteps {
  readonly #activation: Activation;
  readonly #visits: Visits;
  readonly #update: Update;
  readonly #trial: TrialRun;
  readonly #pause: Pause;
  readonly #report: Report;
  readonly #course = new VisitCourse();
  /** SHA-256 of the image just verified, hex. */
  #verifiedDigest = "";

  constructor(platform: Platform, options: CompleteOptions, parts: ServiceStepsParts) {
    const { key, records, update, trial, pause, report } = parts;
    this.#activation = new Activation(records, key);
    this.#visits = new Visits(platform, options, key);
    this.#update = update;
    this.#trial = trial;
    this.#pause = pause;
    this.#report = report;
  }

  set identity(identity: Identity) {
    this.#visits.identity = identity;
  }

  /** The key may be on its way: the service gives it out once. */
  get asksForKey(): boolean {
    return this.#activation.isUnderWay;
  }

  /** The step was given up, with its connection or without. */
  cancel(): void {
    this.#activation.cancel();
  }

  /** Ends the visit: nothing will be asked for a while. */
  rest(): void {
    this.#course.end();
    this.#visits.close();
  }

  /** The device is up to date. */
  settle(): void {
    this.#course.settle();
  }

  /** Asks for the CIK. */
  activate(): void {
    this.#activation.begin(
      this.#visits.identity,
      () => this.#visits.connect(),
      (problem) => {
        if (problem === undefined) this.#report("activated");
        else this.#reportProblem(problem);
      },
    );
  }

  /** Reads the list and takes the best candidate, or goes on with a trial. */
  list(): void {
    const failure = this.#course.beginRound();
    if (failure !== undefined) {
      this.#reportProblem(failure);
      return;
    }
    this.#update.list(this.#visits.open(), (problem, isTyped) => {
      const { rearmed } = this.#trial;
      if (problem !== undefined) this.#reportProblem(problem);
      else if (this.#trial.isOn && isTyped) this.#report("reached");
      else if (this.#trial.isOn) {
        const reason = "an empty answer without a type may be anybody's, not the service's";
        this.#report("failed", reason);
      } else if (rearmed !== undefined) {
        this.#update.resume(rearmed.release);
        this.#verifiedDigest = rearmed.digest;
        this.#report("armed");
      } else this.#takeCandidate("");
    });
  }

  /** Goes on to the next best release, or to the end of the visit. */
  #takeCandidate(reason: string): void {
    if (this.#update.takeCandidate()) this.#report("candidate", reason);
    else if (this.#course.passedOver !== undefined) this.#reportProblem(this.#course.passedOver);
    else this.#report("nothing-new", reason || this.#course.cause || this.#update.remark);
  }

  /** A release that comes to nothing for now must not hide a good one below it. */
  #passOver(problem: ContactProblem): void {
    this.#course.passOver(problem);
    this.#takeCandidate(problem.reason);
  }

  /** Asks for the metadata of the candidate. */
  inspect(): void {
    this.#update.inspect(this.#visits.open(), (outcome) => {
      if (outcome.kind === "suitable") this.#report("suitable");
      else if (outcome.kind === "unsuitable") this.#takeCandidate(outcome.reason);
      else if (outcome.kind === "passed-over") this.#passOver(outcome.problem);
      else this.#reportProblem(outcome);
    });
  }

  /** Fetches the release into the idle slot. */
  download(): Cancellable {
    const onSector = (): void => {
      if (this.#course.isSteady) this.#pause.forgive();
    };
    return this.#update.download(this.#visits.open(), onSector, (outcome) => {
      if (outcome.kind === "downloaded") this.#report("downloaded");
      else if (outcome.kind === "rejected") this.#reportChange(outcome.reason);
      else if (outcome.kind === "passed-over") this.#passOver(outcome.problem);
      else this.#reportProblem(outcome);
    });
  }

  /** Reads the slot back. */
  verify(): Cancellable {
    return this.#update.verify((outcome) => {
      if (outcome.kind === "right") {
        this.#verifiedDigest = outcome.digest;
        this.#report("verified");
      } else if (outcome.kind === "wrong") this.#reportChange(outcome.reason);
      else if (outcome.kind === "passed-over") this.#passOver(outcome.problem);
      else this.#reportProblem(outcome);
    });
  }

  /** Asks for the metadata once more; if they are what they were, the release is armed. */
  recheck(): void {
    this.#update.recheck(this.#visits.open(), this.#verifiedDigest, (problem) => {
      if (problem?.kind === "changed") this.#trial.endRearm();
      if (problem === undefined) this.#report("unchanged");
      else this.#reportProblem(problem);
    });
  }

  #reportProblem(problem: ContactProblem): void {
    if (problem.kind === "changed") {
      this.#takeChange(problem.reason);
      return;
    }
    if (problem.kind === "failed") this.#pause.ask(problem.retryAfterMs);
    this.#report(problem.kind, problem.reason);
  }

  /** A release that changes again and again in one visit cannot be fetched in it. */
  #takeChange(reason: string): void {
    const { id } = this.#update;
    if (this.#course.isChangedAgain(id)) {
      this.#passOver({ kind: "failed", reason: `${id ?? ""}: ${reason}` });
    } else this.#reportChange(reason);
  }

  #reportChange(reason: string): void {
    this.#course.noteChange(this.#update.id, reason);
    this.#report("changed", reason);
  }
}
