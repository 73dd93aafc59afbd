// The entry action of each state of life.ts, carried out with the ports the agent was given. What
// comes of one is reported as an input. This file holds what the states share; every rule is
// elsewhere.

import type { KeyValueStore } from "../ports/key-value.js";
import type { Platform } from "../ports/platform.js";
import { storeDomain } from "../protocol/store-keys.js";
import { Activation } from "./activation.js";
import type { ContactProblem } from "./contact.js";
import { DeviceKey } from "./device-key.js";
import { readIdentity } from "./identity.js";
import type { LifeInput, LifeState, Report } from "./life.js";
import { refusedDelayMsMin, restartRetryMs, retryDelayMsMin, roundsMax } from "./limits.js";
import type { CompleteOptions } from "./options.js";
import { Pause } from "./pause.js";
import { Records, tryRecord } from "./slots/records.js";
import { flashFault } from "./slots/flash-fault.js";
import { Slots } from "./slots/slots.js";
import { TrialRun } from "./slots/trial-run.js";
import { switchOver } from "./slots/switch-over.js";
import { Update, type Cancellable } from "./update/update.js";
import { Visits } from "./visit.js";

export class EntryActions {
  readonly #platform: Platform;
  readonly #options: CompleteOptions;
  readonly #report: Report;
  readonly #onVeto: (reason: string) => void;
  readonly #store: KeyValueStore;
  readonly #records: Records;
  readonly #key: DeviceKey;
  readonly #slots: Slots;
  readonly #update: Update;
  readonly #trial: TrialRun;
  readonly #activation: Activation;
  readonly #visits: Visits;
  readonly #pause: Pause;
  /** Whose entry action was the last to begin. */
  #state: LifeState = "stopped";
  /** SHA-256 of the image just verified, hex. */
  #verifiedDigest = "";
  /** The work of the current state, if it can be called off. */
  #work: Cancellable | undefined;
  /** The flash kept this boot from its decision: nothing else is done before it is made. */
  #isUndecided = false;
  /** Times the list was asked for without a pause in between. */
  #rounds = 0;
  /** Releases that came to nothing, or were replaced, since the device was last up to date. */
  #changes = 0;
  /** What became of the first release passed over in this visit, if no other does. */
  #passedOver: ContactProblem | undefined;
  /** Content id of the release that was found changed in this visit. */
  #changedId: string | undefined;
  /** Why a release came to nothing last, in this visit. */
  #cause = "";

  /**
   * `onVeto` is called with the reason why a restart has to wait. Throws if flash holds no running
   * image or no otadata.
   */
  constructor(
    platform: Platform,
    options: CompleteOptions,
    report: Report,
    onVeto: (reason: string) => void,
  ) {
    this.#platform = platform;
    this.#options = options;
    this.#report = report;
    this.#onVeto = onVeto;
    this.#store = platform.openStore(storeDomain);
    this.#records = new Records(this.#store);
    this.#key = new DeviceKey(platform, this.#records);
    this.#activation = new Activation(this.#records, this.#key);
    this.#visits = new Visits(platform, options, this.#key);
    this.#slots = new Slots(platform, this.#records);
    this.#update = new Update(platform, options, this.#records, this.#slots);
    this.#trial = new TrialRun(platform, options, this.#slots, report, () => {
      report(this.#readyInput);
    });
    this.#pause = new Pause(platform, () => {
      this.wake();
    });
  }

  /** Version of the running image; "" as long as the flash cannot be read. */
  get version(): string {
    return this.#slots.version;
  }

  get isOnTrial(): boolean {
    return this.#trial.isOn;
  }

  /** Content id of the release at hand. */
  get release(): string | undefined {
    return this.#update.id;
  }

  /** The key may be on its way: the service gives it out once. */
  get asksForKey(): boolean {
    return this.#activation.isUnderWay;
  }

  /** Calls off what goes on for the state that ends. */
  leave(): void {
    this.#work?.cancel();
    this.#work = undefined;
    this.#activation.cancel();
    this.#pause.end();
  }

  /** Ends the visit and the time limit of a trial. */
  stop(): void {
    this.#rest();
    this.#trial.stop();
  }

  /** Ends a pause before its time. */
  wake(): void {
    this.#key.save();
    const isWithin = this.#state === "unidentified" || this.#state === "restarting";
    this.#report(isWithin || this.#isUndecided ? "wake" : this.#readyInput);
  }

  get isInPause(): boolean {
    return this.#pause.isRunning;
  }

  restart(): void {
    this.#key.save();
    tryRecord(this.#platform.log, "the restart", () => {
      this.#records.writeRestartAsked();
    });
    this.#platform.boot.restart();
  }

  enter(state: LifeState): void {
    this.#state = state;
    switch (state) {
      case "identifying":
        return this.#identify();
      case "activating":
        return this.#activate();
      case "listing":
        return this.#list();
      case "inspecting":
        return this.#inspect();
      case "downloading":
        return this.#download();
      case "verifying":
        return this.#verify();
      case "rechecking":
        return this.#recheck();
      case "healing":
        this.#work = this.#trial.heal(this.#update, this.#readyInput);
        return;
      case "testing":
        return this.#inOwnTurn(() => {
          this.#trial.test();
        });
      case "restarting":
        this.#rest();
        return this.#inOwnTurn(() => {
          this.#switchAndRestart();
        });
      case "reverting":
        this.#rest();
        return this.#trial.revert();
      case "restarted":
        this.#key.save();
        return this.#platform.boot.restart();
      case "unidentified":
      case "refused":
        this.#rest();
        return this.#pause.backOff(refusedDelayMsMin);
      case "backing-off":
        this.#rest();
        return this.#pause.backOff(retryDelayMsMin);
      case "idle":
        this.#rest();
        this.#changes = 0;
        return this.#pause.interval(this.#options.pollIntervalMs);
      case "stopped":
        return;
      default:
        return state satisfies never;
    }
  }

  /** With the whole stack: what comes asks the product, and writes to flash. */
  #inOwnTurn(act: () => void): void {
    const { timer } = this.#platform;
    const handle = timer.set(act, 0);
    this.#work = { cancel: () => timer.clear(handle) };
  }

  /** Ends the visit to the service: nothing will be asked for a while. */
  #rest(): void {
    this.#rounds = 0;
    this.#passedOver = undefined;
    this.#changedId = undefined;
    this.#cause = "";
    this.#visits.close();
  }

  get #readyInput(): LifeInput {
    return this.#key.cik === undefined ? "unactivated" : "activated";
  }

  #identify(): void {
    const identity = readIdentity(this.#store, this.#options.identity, this.#platform.macAddress);
    this.#key.load();
    let input: LifeInput | undefined;
    let fault = "";
    try {
      this.#slots.readRunning();
      input = this.#trial.decide();
      this.#isUndecided = false;
    } catch (error) {
      this.#isUndecided = true;
      input = "failed";
      fault = flashFault(error);
    }
    if ("problem" in identity) {
      this.#report("unidentified", identity.problem);
      return;
    }
    this.#visits.identity = identity;
    this.#report(input ?? this.#readyInput, fault);
  }

  #activate(): void {
    this.#activation.begin(
      this.#visits.identity,
      () => this.#visits.connect(),
      (problem) => {
        if (problem === undefined) this.#report("activated");
        else this.#reportProblem(problem);
      },
    );
  }

  #list(): void {
    this.#rounds += 1;
    if (this.#rounds > (this.#changes < roundsMax ? roundsMax : 1)) {
      const cause = this.#cause === "" ? "" : `: ${this.#cause}`;
      this.#report("failed", `the list of releases leads nowhere${cause}`);
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
    else if (this.#passedOver !== undefined) this.#reportProblem(this.#passedOver);
    else this.#report("nothing-new", reason || this.#cause || this.#update.remark);
  }

  /** A release that comes to nothing for now must not hide a good one below it. */
  #passOver(problem: ContactProblem): void {
    this.#passedOver ??= problem;
    this.#changes += 1;
    this.#takeCandidate(problem.reason);
  }

  #inspect(): void {
    this.#update.inspect(this.#visits.open(), (outcome) => {
      if (outcome.kind === "suitable") this.#report("suitable");
      else if (outcome.kind === "unsuitable") this.#takeCandidate(outcome.reason);
      else if (outcome.kind === "passed-over") this.#passOver(outcome.problem);
      else this.#reportProblem(outcome);
    });
  }

  #download(): void {
    // Bytes that again and again come to nothing are no reason to be quick.
    const onSector = (): void => {
      if (this.#changes < roundsMax) this.#pause.forgive();
    };
    this.#work = this.#update.download(this.#visits.open(), onSector, (outcome) => {
      if (outcome.kind === "downloaded") this.#report("downloaded");
      else if (outcome.kind === "rejected") this.#reportChange(outcome.reason);
      else if (outcome.kind === "passed-over") this.#passOver(outcome.problem);
      else this.#reportProblem(outcome);
    });
  }

  #verify(): void {
    this.#work = this.#update.verify((outcome) => {
      if (outcome.kind === "right") {
        this.#verifiedDigest = outcome.digest;
        this.#report("verified");
      } else if (outcome.kind === "wrong") this.#reportChange(outcome.reason);
      else if (outcome.kind === "passed-over") this.#passOver(outcome.problem);
      else this.#reportProblem(outcome);
    });
  }

  #recheck(): void {
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
    const id = this.#update.id;
    const isAgain = id !== undefined && id === this.#changedId;
    this.#changedId = id;
    if (isAgain) this.#passOver({ kind: "failed", reason: `${id}: ${reason}` });
    else this.#reportChange(reason);
  }

  #reportChange(reason: string): void {
    this.#changes += 1;
    this.#cause = `${this.#update.id ?? "a release"}: ${reason}`;
    this.#report("changed", reason);
  }

  #switchAndRestart(): void {
    const isCalledOff = (): boolean => this.#work === undefined;
    const outcome = switchOver(this.#slots, this.#key, this.#options.hooks, isCalledOff);
    if (outcome?.kind === "vetoed") {
      this.#onVeto(outcome.reason);
      this.#pause.exactly(restartRetryMs);
    } else if (outcome?.kind === "failed") this.#report("failed", outcome.reason);
    else if (outcome !== undefined) this.#report("reset");
  }
}
