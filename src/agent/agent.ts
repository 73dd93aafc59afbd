// The agent: carries out the entry action of each state of life.ts with the ports it was given,
// and feeds back what comes of it. It holds what the states share; every rule is elsewhere.

import type { KeyValueStore } from "../ports/key-value.js";
import type { Platform } from "../ports/platform.js";
import type { TimerHandle } from "../ports/timer.js";
import {
  refusedDelayMsMin,
  restartRetryMs,
  retryDelayMsMin,
  roundsMax,
  watchdogFeedMs,
} from "./limits.js";
import { ActivationExchange } from "./activation-exchange.js";
import { Connection } from "./connection.js";
import type { ContactProblem } from "./contact.js";
import { DeviceKey } from "./device-key.js";
import { readIdentity, type Identity } from "./identity.js";
import { nextLifeState, waitsForHuman, type LifeInput, type LifeState } from "./life.js";
import { completeOptions, type AgentOptions, type CompleteOptions } from "./options.js";
import { Pause } from "./pause.js";
import { Records, recordsDomain } from "./slots/records.js";
import { activateRequest } from "./requests.js";
import { flashFault, Slots } from "./slots/slots.js";
import { formatStatus, type AgentStatus } from "./status.js";
import { TrialRun } from "./slots/trial-run.js";
import { Update, type Cancellable } from "./update/update.js";
import type { Visit } from "./visit.js";

export class Agent {
  readonly #platform: Platform;
  readonly #options: CompleteOptions;
  readonly #store: KeyValueStore;
  readonly #records: Records;
  readonly #key: DeviceKey;
  readonly #slots: Slots;
  readonly #update: Update;
  readonly #trial: TrialRun;
  readonly #pause: Pause;
  #state: LifeState = "stopped";
  #reason = "";
  #sinceMs: number;
  #identity: Identity | undefined;
  #connection: Connection | undefined;
  /** SHA-256 of the image just verified, hex. */
  #verifiedDigest = "";
  /** The work of the current state, if it can be called off. */
  #work: Cancellable | undefined;
  #watchdogTimer: TimerHandle | undefined;
  /** Times the list was asked for without a pause in between. */
  #rounds = 0;
  /** Releases rejected, or replaced under the download, since the device was last up to date. */
  #changes = 0;
  /** Counts the turns of `#take`: a product's observer may cause one within another. */
  #turn = 0;

  /** Throws on options out of bounds, and if flash holds no running image or no otadata. */
  constructor(platform: Platform, options: AgentOptions = {}) {
    this.#platform = platform;
    this.#options = completeOptions(options);
    this.#store = platform.openStore(recordsDomain);
    this.#records = new Records(this.#store);
    this.#key = new DeviceKey(platform, this.#records);
    this.#slots = new Slots(platform, this.#records);
    this.#update = new Update(platform, this.#options, this.#records, this.#slots);
    this.#trial = new TrialRun(
      platform,
      this.#options,
      this.#slots,
      (input, reason) => {
        this.#take(input, reason);
      },
      () => {
        this.#take(this.#readyInput);
      },
    );
    this.#pause = new Pause(platform, () => {
      this.#wake();
    });
    this.#sinceMs = platform.clock();
  }

  get status(): AgentStatus {
    return {
      state: this.#state,
      reason: this.#reason,
      sinceMs: this.#sinceMs,
      waitsForHuman: waitsForHuman(this.#state),
      trial: this.#trial.isOn,
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
   * Not while `activating`: a key on its way is lost, and the vendor must enable the serial again.
   * From now on it is for the product to feed the watchdog.
   */
  stop(): void {
    this.#take("stop");
  }

  /** Asks for news now instead of at the end of the current pause. */
  checkNow(): void {
    if (this.#pause.isRunning) this.#wake();
  }

  /** Restarts the chip for the product's own reasons, without harm to a trial under way. */
  restart(): void {
    this.#key.save();
    try {
      this.#records.writeRestartAsked();
    } catch (error) {
      this.#platform.log(`the restart could not be recorded: ${String(error)}`);
    }
    this.#platform.boot.restart();
  }

  /** The one door through which the state changes. */
  #take(input: LifeInput, reason = ""): void {
    const next = nextLifeState(this.#state, input);
    if (next === undefined) return;
    this.#work?.cancel();
    this.#work = undefined;
    this.#pause.end();
    this.#state = next;
    this.#reason = reason;
    this.#sinceMs = this.#platform.clock();
    if (next === "stopped") this.#end();
    if (input === "changed") this.#changes += 1;
    const turn = ++this.#turn;
    const { status } = this;
    this.#platform.log(formatStatus(status));
    this.#options.observer.status?.(status);
    if (turn === this.#turn) this.#enter(next);
  }

  #end(): void {
    this.#rest();
    this.#trial.stop();
    if (this.#watchdogTimer !== undefined) this.#platform.timer.clear(this.#watchdogTimer);
    this.#watchdogTimer = undefined;
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
    this.#connection?.close();
    this.#connection = undefined;
  }

  #wake(): void {
    this.#key.save();
    const rereads = this.#state === "unidentified" || this.#state === "restarting";
    this.#take(rereads ? "wake" : this.#readyInput);
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
      input = this.#trial.decide();
    } catch (error) {
      input = "failed";
      fault = flashFault(error);
    }
    if ("problem" in identity) {
      this.#take("unidentified", identity.problem);
      return;
    }
    this.#identity = identity;
    this.#take(input ?? this.#readyInput, fault);
  }

  #activate(): void {
    const identity = this.#identity;
    if (identity === undefined) throw new Error("activating without an identity");
    let mayBeActivated: boolean;
    try {
      mayBeActivated = this.#records.openActivation();
    } catch (error) {
      this.#take("failed", `no room in flash for the CIK: ${String(error)}`);
      return;
    }
    this.#connect(identity).send(
      new ActivationExchange(
        activateRequest(identity),
        { ...identity, mayBeActivated },
        (outcome) => {
          if ("cik" in outcome) {
            this.#key.accept(outcome.cik);
            this.#take("activated");
            return;
          }
          if (!outcome.mayBeLost && !mayBeActivated) this.#records.closeActivation();
          this.#takeProblem(outcome.problem);
        },
      ),
    );
  }

  #list(): void {
    this.#rounds += 1;
    if (this.#rounds > (this.#changes < roundsMax ? roundsMax : 1)) {
      this.#take("failed", "the list of releases leads nowhere");
      return;
    }
    this.#update.list(this.#visit(), (problem, isTyped) => {
      const { rearmed } = this.#trial;
      if (problem !== undefined) this.#takeProblem(problem);
      else if (this.#trial.isOn && isTyped) this.#take("reached");
      else if (this.#trial.isOn) {
        this.#take("failed", "an empty answer without a type may be anybody's, not the service's");
      } else if (rearmed !== undefined) {
        this.#update.resume(rearmed.release);
        this.#verifiedDigest = rearmed.digest;
        this.#take("armed");
      } else this.#takeCandidate("");
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
    // Bytes that again and again come to nothing are no reason to be quick.
    const onSector = (): void => {
      if (this.#changes < roundsMax) this.#pause.forgive();
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
      } else if (outcome.kind === "wrong") this.#take("changed", outcome.reason);
      else this.#takeProblem(outcome);
    });
  }

  #recheck(): void {
    this.#update.recheck(this.#visit(), this.#verifiedDigest, (problem) => {
      if (problem?.kind === "changed") this.#trial.endRearm();
      if (problem === undefined) this.#take("unchanged");
      else this.#takeProblem(problem);
    });
  }

  #takeProblem(problem: ContactProblem): void {
    if (problem.kind === "failed") this.#pause.ask(problem.retryAfterMs);
    this.#take(problem.kind, problem.reason);
  }

  #switchAndRestart(): void {
    const veto = this.#restartVeto();
    if (this.#state !== "restarting") return; // The product stopped the agent.
    if (veto !== undefined) {
      this.#reason = veto;
      this.#pause.exactly(restartRetryMs);
      return;
    }
    if (!this.#key.save()) {
      this.#take("failed", "no room in flash for the CIK, which a restart would lose");
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

  /** Why the product does not allow a restart now. A hook that throws does not. */
  #restartVeto(): string | undefined {
    try {
      const allowed = this.#options.hooks.mayRestart?.() ?? true;
      return allowed ? undefined : "the product does not allow it now";
    } catch (error) {
      return `the product fails to say whether it may restart: ${String(error)}`;
    }
  }

  #visit(): Visit {
    const { cik } = this.#key;
    if (this.#identity === undefined || cik === undefined) {
      throw new Error("a visit needs an identity and a CIK");
    }
    const connection = this.#connect(this.#identity);
    return { identity: this.#identity, cik, connection };
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

  #feedWatchdog(): void {
    this.#platform.boot.feedWatchdog();
    this.#watchdogTimer = this.#platform.timer.set(() => {
      this.#feedWatchdog();
    }, watchdogFeedMs);
  }
}
