// The agent: carries out the entry action of each state of life.ts with the ports it was given,
// and feeds back what comes of it. It holds what the states share; every rule is elsewhere.

import type { KeyValueStore } from "../ports/key-value.js";
import type { Platform } from "../ports/platform.js";
import type { TimerHandle } from "../ports/timer.js";
import {
  refusedDelayMsMin,
  restartRetryMs,
  retryDelayMsMax,
  retryDelayMsMin,
  roundsMax,
  watchdogFeedMs,
} from "../protocol/limits.js";
import { ActivationExchange } from "./activation-exchange.js";
import { retryDelayMs } from "./back-off.js";
import { Connection } from "./connection.js";
import type { ContactProblem } from "./contact.js";
import { readIdentity, type Identity } from "./identity.js";
import { nextLifeState, waitsForHuman, type LifeInput, type LifeState } from "./life.js";
import { completeOptions, type AgentOptions, type CompleteOptions } from "./options.js";
import { Records, recordsDomain } from "./records.js";
import { activateRequest } from "./requests.js";
import { Slots } from "./slots.js";
import { formatStatus, type AgentStatus } from "./status.js";
import { Update, type Cancellable, type Visit } from "./update.js";

export class Agent {
  readonly #platform: Platform;
  readonly #options: CompleteOptions;
  readonly #store: KeyValueStore;
  readonly #records: Records;
  readonly #slots: Slots;
  readonly #update: Update;
  #state: LifeState = "stopped";
  #reason = "";
  #sinceMs: number;
  #identity: Identity | undefined;
  #cik: string | undefined;
  #connection: Connection | undefined;
  /** SHA-256 of the image just verified, hex. */
  #verifiedDigest = "";
  /** The work of the current state, if it can be called off. */
  #work: Cancellable | undefined;
  #wakeTimer: TimerHandle | undefined;
  #watchdogTimer: TimerHandle | undefined;
  #trialTimer: TimerHandle | undefined;
  #trial = false;
  /** A trial ended for want of the service: try again once it answers. */
  #rearmWhenReached = false;
  /** Failures in a row, for the back-off. */
  #failures = 0;
  /** The wait that the service asked for. */
  #retryAfterMs: number | undefined;
  /** Times the list was asked for without a pause in between. */
  #rounds = 0;

  /** Throws on options out of bounds, and if flash holds no running image or no otadata. */
  constructor(platform: Platform, options: AgentOptions = {}) {
    this.#platform = platform;
    this.#options = completeOptions(options);
    this.#store = platform.openStore(recordsDomain);
    this.#records = new Records(this.#store);
    this.#slots = new Slots(platform, this.#records);
    this.#update = new Update(platform, this.#options, this.#store, this.#records, this.#slots);
    this.#sinceMs = platform.clock();
  }

  get status(): AgentStatus {
    return {
      state: this.#state,
      reason: this.#reason,
      sinceMs: this.#sinceMs,
      waitsForHuman: waitsForHuman(this.#state),
      trial: this.#trial,
      version: this.#slots.running.descriptor.version,
      release: this.#update.id,
    };
  }

  start(): void {
    if (this.#state !== "stopped") return;
    this.#feedWatchdog();
    this.#take("start");
  }

  /**
   * Ends everything under way; what is in flash stays, and the next start goes on from there.
   * From now on it is for the product to feed the watchdog.
   */
  stop(): void {
    this.#take("stop");
  }

  /** Asks for news now instead of at the end of the current wait. */
  checkNow(): void {
    if (this.#wakeTimer !== undefined) this.#wake();
  }

  /** Restarts the chip for the product's own reasons, without harm to a trial under way. */
  restart(): void {
    this.#records.writeRestartAsked();
    this.#platform.boot.restart();
  }

  /** The one door through which the state changes. */
  #take(input: LifeInput, reason = ""): void {
    const next = nextLifeState(this.#state, input);
    if (next === undefined) return;
    this.#leave();
    this.#state = next;
    this.#reason = reason;
    this.#sinceMs = this.#platform.clock();
    const { status } = this;
    this.#platform.log(formatStatus(status));
    this.#options.observer.status?.(status);
    this.#enter(next);
  }

  #leave(): void {
    this.#work?.cancel();
    this.#work = undefined;
    this.#clear(this.#wakeTimer);
    this.#wakeTimer = undefined;
  }

  #enter(state: LifeState): void {
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
        return this.#heal();
      case "testing":
        return this.#test();
      case "restarting":
        return this.#switchAndRestart();
      case "reverting":
        return this.#revert();
      case "restarted":
        return this.#platform.boot.restart();
      case "unidentified":
      case "refused":
        return this.#pause(this.#backOff(refusedDelayMsMin));
      case "backing-off":
        return this.#pause(Math.max(this.#retryAfterMs ?? 0, this.#backOff(retryDelayMsMin)));
      case "idle":
        this.#failures = 0;
        return this.#pause(this.#jittered(this.#options.pollIntervalMs));
      case "stopped":
        this.#disconnect();
        this.#clear(this.#watchdogTimer);
        this.#clear(this.#trialTimer);
        return;
      default:
        return state satisfies never;
    }
  }

  // What a boot has to decide first.

  #identify(): void {
    const identity = readIdentity(this.#store, this.#options.identity, this.#platform.macAddress);
    this.#cik = this.#records.readCik();
    const input = this.#decide();
    if ("problem" in identity) {
      this.#take("unidentified", identity.problem);
      return;
    }
    this.#identity = identity;
    this.#take(input ?? this.#readyInput);
  }

  /** Carries out what the last boot left to decide; the input it leads to, if any. */
  #decide(): LifeInput | undefined {
    if (this.#trial) return undefined;
    const decision = this.#slots.decide();
    switch (decision.kind) {
      case "ordinary":
        return undefined;
      case "trial":
        this.#beginTrial();
        return undefined;
      case "finish-confirmation":
        this.#slots.confirm();
        return undefined;
      case "heal":
        return "heal";
      case "rearm":
        return "armed";
      case "rearm-when-reached":
        this.#rearmWhenReached = true;
        return undefined;
      case "reject":
        this.#platform.log(`release rejected: ${decision.reason}`);
        this.#slots.rejectArmed(decision.reason);
        return undefined;
      default:
        return decision satisfies never;
    }
  }

  get #readyInput(): LifeInput {
    return this.#cik === undefined ? "unactivated" : "activated";
  }

  #beginTrial(): void {
    this.#trial = true;
    this.#trialTimer = this.#platform.timer.set(() => {
      this.#trialTimer = undefined;
      if (!this.#trial) return;
      this.#slots.endSilent();
      this.#take("trial-expired", "the trial image did not reach the service in time");
    }, this.#options.trialMs);
  }

  /** The confirmed image must still be what was confirmed before an entry leads to it again. */
  #heal(): void {
    const { confirmed } = this.#slots;
    if (confirmed === undefined) {
      this.#take(this.#readyInput);
      return;
    }
    this.#work = this.#update.checkIdle(confirmed.sizeBytes, confirmed.digest, (outcome) => {
      if (outcome.kind === "right") {
        this.#slots.heal();
        this.#take("reset");
      } else {
        this.#slots.rejectArmed(outcome.reason);
        this.#take(this.#readyInput, outcome.reason);
      }
    });
  }

  // The service.

  #activate(): void {
    const identity = this.#identity;
    if (identity === undefined) throw new Error("activating without an identity");
    if (this.#cik === undefined && !this.#canKeepCik()) return;
    this.#connect(identity).send(
      new ActivationExchange(activateRequest(identity), (outcome) => {
        if ("cik" in outcome) this.#keepCik(outcome.cik);
        else this.#takeProblem(outcome);
      }),
    );
  }

  #canKeepCik(): boolean {
    try {
      this.#records.reserveCik();
      return true;
    } catch (error) {
      this.#take("failed", `no room in flash for the CIK: ${String(error)}`);
      return false;
    }
  }

  #keepCik(cik: string): void {
    this.#cik = cik;
    try {
      this.#records.writeCik(cik);
    } catch (error) {
      this.#platform.log(`the CIK could not be stored: ${String(error)}`);
    }
    this.#failures = 0;
    this.#take("activated");
  }

  #list(): void {
    this.#rounds += 1;
    if (this.#rounds > roundsMax) {
      this.#take("failed", "the list of releases leads nowhere");
      return;
    }
    this.#update.list(this.#visit(), (problem) => {
      if (this.#trial && isReached(problem)) this.#take("reached");
      else if (problem !== undefined) this.#takeProblem(problem);
      else if (this.#rearmWhenReached) this.#take("armed");
      else this.#takeCandidate("");
    });
  }

  #takeCandidate(reason: string): void {
    if (this.#update.takeCandidate()) this.#take("candidate", reason);
    else this.#take("nothing-new", reason);
  }

  #inspect(): void {
    this.#update.inspect(this.#visit(), (outcome) => {
      if (outcome.kind === "suitable") this.#take("suitable");
      else if (outcome.kind === "unsuitable") this.#takeCandidate(outcome.reason);
      else this.#takeProblem(outcome);
    });
  }

  #download(): void {
    const onSector = (): void => {
      this.#failures = 0;
    };
    this.#work = this.#update.download(this.#visit(), onSector, (outcome) => {
      if (outcome.kind === "downloaded") this.#take("downloaded");
      else if (outcome.kind === "rejected") this.#take("changed", outcome.reason);
      else this.#takeProblem(outcome);
    });
  }

  #verify(): void {
    this.#work = this.#update.verify((outcome) => {
      if (outcome.kind === "right") {
        this.#verifiedDigest = outcome.digest;
        this.#take("verified");
      } else this.#take("changed", outcome.reason);
    });
  }

  #recheck(): void {
    this.#update.recheck(this.#visit(), this.#verifiedDigest, (problem) => {
      if (problem === undefined) this.#take("unchanged");
      else this.#takeProblem(problem);
    });
  }

  #takeProblem(problem: ContactProblem): void {
    if (problem.kind === "failed") this.#retryAfterMs = problem.retryAfterMs;
    this.#take(problem.kind, problem.reason);
  }

  // Trial, restart, rollback.

  #test(): void {
    const { selfTest } = this.#options.hooks;
    if (selfTest === undefined) {
      this.#endTest(true);
      return;
    }
    const sinceMs = this.#sinceMs;
    selfTest((passed) => {
      // A product that calls twice, or after the trial is over, changes nothing.
      if (this.#state === "testing" && this.#sinceMs === sinceMs) this.#endTest(passed);
    });
  }

  #endTest(passed: boolean): void {
    if (!passed) {
      this.#slots.rejectArmed("its self-test failed");
      this.#take("test-failed", "the self-test failed");
      return;
    }
    this.#slots.confirm();
    this.#endTrial();
    this.#platform.log(`confirmed: ${this.status.version}`);
    this.#take("test-passed");
  }

  #endTrial(): void {
    this.#trial = false;
    this.#clear(this.#trialTimer);
    this.#trialTimer = undefined;
  }

  #switchAndRestart(): void {
    this.#disconnect();
    if (this.#options.hooks.mayRestart?.() === false) {
      this.#reason = "the product does not allow it now";
      this.#pause(restartRetryMs);
      return;
    }
    try {
      this.#slots.switchToArmed();
    } catch (error) {
      this.#take("failed", `the switch could not be recorded: ${String(error)}`);
      return;
    }
    this.#take("reset");
  }

  #revert(): void {
    this.#disconnect();
    if (this.#slots.canRollBack) {
      this.#slots.rollBack();
      this.#take("reset");
    } else {
      this.#beginTrial();
      this.#take("failed", "there is no other image to go back to");
    }
  }

  // Waiting.

  #pause(delayMs: number): void {
    this.#rounds = 0;
    this.#retryAfterMs = undefined;
    this.#disconnect();
    this.#wakeTimer = this.#platform.timer.set(() => {
      this.#wake();
    }, delayMs);
  }

  #wake(): void {
    const rereads = this.#state === "unidentified" || this.#state === "restarting";
    this.#take(rereads ? "wake" : this.#readyInput);
  }

  #backOff(minimumMs: number): number {
    const delayMs = retryDelayMs(
      this.#failures,
      minimumMs,
      retryDelayMsMax,
      this.#platform.random(),
    );
    this.#failures += 1;
    return delayMs;
  }

  #jittered(delayMs: number): number {
    return retryDelayMs(0, delayMs, delayMs, this.#platform.random());
  }

  #visit(): Visit {
    if (this.#identity === undefined || this.#cik === undefined) {
      throw new Error("a visit needs an identity and a CIK");
    }
    const connection = this.#connect(this.#identity);
    return { identity: this.#identity, cik: this.#cik, connection };
  }

  #connect(identity: Identity): Connection {
    this.#connection ??= new Connection(
      this.#platform,
      identity.host,
      identity.port,
      this.#options.pipelineDepth,
      this.#options.observer,
    );
    return this.#connection;
  }

  #disconnect(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  #feedWatchdog(): void {
    this.#platform.boot.feedWatchdog();
    this.#watchdogTimer = this.#platform.timer.set(() => {
      this.#feedWatchdog();
    }, watchdogFeedMs);
  }

  #clear(timer: TimerHandle | undefined): void {
    if (timer !== undefined) this.#platform.timer.clear(timer);
  }
}

/** The service itself answered: the network and the protocol of a trial image work. */
function isReached(problem: ContactProblem | undefined): boolean {
  return problem === undefined || problem.kind === "unauthorized" || problem.kind === "refused";
}
