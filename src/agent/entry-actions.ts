// The entry action of each state of life.ts, carried out with the ports the agent was given. What
// comes of one is reported as an input. This file holds what the states share; every rule is
// elsewhere.

import type { KeyValueStore } from "../ports/key-value.js";
import type { Platform } from "../ports/platform.js";
import { storeDomain } from "../protocol/store-keys.js";
import { DeviceKey } from "./device-key.js";
import { readIdentity } from "./identity.js";
import type { LifeInput, LifeState, Report } from "./life.js";
import { refusedDelayMsMin, restartRetryMs, retryDelayMsMin } from "./limits.js";
import type { CompleteOptions } from "./options.js";
import { Pause } from "./pause.js";
import { ServiceSteps } from "./service-steps.js";
import { Records, tryRecord } from "./slots/records.js";
import { flashFault } from "./slots/flash-fault.js";
import { Slots } from "./slots/slots.js";
import { TrialRun } from "./slots/trial-run.js";
import { switchOver } from "./slots/switch-over.js";
import { Update, type Cancellable } from "./update/update.js";

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
  readonly #pause: Pause;
  readonly #steps: ServiceSteps;
  /** Whose entry action was the last to begin. */
  #state: LifeState = "stopped";
  /** The work of the current state, if it can be called off. */
  #work: Cancellable | undefined;
  /** The flash kept this boot from its decision: nothing else is done before it is made. */
  #isUndecided = false;

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
    this.#slots = new Slots(platform, this.#records);
    this.#update = new Update(platform, options, this.#records, this.#slots);
    this.#trial = new TrialRun(platform, options, this.#slots, report, () => {
      report(this.#readyInput);
    });
    this.#pause = new Pause(platform, () => {
      this.wake();
    });
    this.#steps = new ServiceSteps(platform, options, {
      key: this.#key,
      records: this.#records,
      update: this.#update,
      trial: this.#trial,
      pause: this.#pause,
      report,
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
    return this.#steps.asksForKey;
  }

  /** Calls off what goes on for the state that ends. */
  leave(): void {
    this.#work?.cancel();
    this.#work = undefined;
    this.#steps.cancel();
    this.#pause.end();
  }

  /** Ends the visit and the time limit of a trial. */
  stop(): void {
    this.#steps.rest();
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
        return this.#steps.activate();
      case "listing":
        return this.#steps.list();
      case "inspecting":
        return this.#steps.inspect();
      case "downloading":
        this.#work = this.#steps.download();
        return;
      case "verifying":
        this.#work = this.#steps.verify();
        return;
      case "rechecking":
        return this.#steps.recheck();
      case "healing":
        this.#work = this.#trial.heal(this.#update, this.#readyInput);
        return;
      case "testing":
        return this.#inOwnTurn(() => {
          this.#trial.test();
        });
      case "restarting":
        this.#steps.rest();
        return this.#inOwnTurn(() => {
          this.#switchAndRestart();
        });
      case "reverting":
        this.#steps.rest();
        return this.#trial.revert();
      case "restarted":
        this.#key.save();
        return this.#platform.boot.restart();
      case "unidentified":
      case "refused":
        this.#steps.rest();
        return this.#pause.backOff(refusedDelayMsMin);
      case "backing-off":
        this.#steps.rest();
        return this.#pause.backOff(retryDelayMsMin);
      case "idle":
        this.#steps.rest();
        this.#steps.settle();
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
    this.#steps.identity = identity;
    this.#report(input ?? this.#readyInput, fault);
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
