// The agent as a product has it: starts, stops, tells its status. It keeps the one door through
// which the state of the device's life changes (life.ts); what a state does is in entry-actions.ts.

import type { Platform } from "../ports/platform.js";
import type { TimerHandle } from "../ports/timer.js";
import { EntryActions } from "./entry-actions.js";
import { nextLifeState, waitsForHuman, type LifeInput, type LifeState } from "./life.js";
import { watchdogFeedMs } from "./limits.js";
import { GuardedObserver } from "./observer.js";
import { completeOptions, type AgentOptions } from "./options.js";
import { formatStatus, type AgentStatus } from "./status.js";

/** Keeps one device activated and its firmware current, from `start` to `stop`. */
export class Agent {
  readonly #platform: Platform;
  readonly #observer: GuardedObserver;
  readonly #actions: EntryActions;
  #state: LifeState = "stopped";
  #reason = "";
  #sinceMs: number;
  /** `stop` was called while the key was on its way. */
  #stopsLater = false;
  #watchdogTimer: TimerHandle | undefined;
  /** Counts the turns of `#take`: a product's observer may cause one within another. */
  #turn = 0;

  /** Throws on options out of bounds, and if flash holds no running image or no otadata. */
  constructor(platform: Platform, options: AgentOptions = {}) {
    this.#platform = platform;
    this.#observer = new GuardedObserver(options.observer ?? {}, platform.log);
    this.#actions = new EntryActions(
      platform,
      completeOptions({ ...options, observer: this.#observer }),
      (input, reason) => {
        this.#take(input, reason);
      },
      (reason) => {
        this.#reason = reason;
      },
    );
    this.#sinceMs = platform.clock();
  }

  /** Where the device is in its life, now. */
  get status(): AgentStatus {
    return {
      state: this.#state,
      reason: this.#reason,
      sinceMs: this.#sinceMs,
      waitsForHuman: waitsForHuman(this.#state),
      trial: this.#actions.isOnTrial,
      version: this.#actions.version,
      release: this.#actions.release,
    };
  }

  /** Starts the device's life, and feeds the watchdog from now on. Without effect if it runs. */
  start(): void {
    this.#stopsLater = false;
    if (this.#state !== "stopped") return;
    this.#feedWatchdog();
    this.#take("start");
  }

  /**
   * Ends everything under way; what is in flash stays, and the next start goes on from there. From
   * then on the product must feed the watchdog. The service gives a key out once: while the agent
   * asks for it, the state stays `activating` until the answer has come and the key is stored, or
   * until it has failed (some minutes at most); then it is `stopped`.
   */
  stop(): void {
    if (this.#actions.asksForKey) this.#stopsLater = true;
    else this.#take("stop");
  }

  /** Asks for news now, instead of at the end of a pause. Without effect outside a pause. */
  checkNow(): void {
    if (this.#actions.isInPause) this.#actions.wake();
  }

  /** Restarts the chip for the product's own reasons, without harm to a trial under way. */
  restart(): void {
    this.#actions.restart();
  }

  /** The one door through which the state changes. */
  #take(given: LifeInput, reason = ""): void {
    if (this.#stopsLater && this.#actions.asksForKey) return; // A trial may end meanwhile.
    const input = this.#stopsLater ? "stop" : given;
    const next = nextLifeState(this.#state, input);
    if (next === undefined) return;
    this.#actions.leave();
    this.#state = next;
    this.#reason = input === given ? reason : "";
    this.#sinceMs = this.#platform.clock();
    if (next === "stopped") this.#end();
    const turn = ++this.#turn;
    const { status } = this;
    this.#platform.log(formatStatus(status));
    this.#observer.status(status);
    if (turn === this.#turn) this.#actions.enter(next);
  }

  #end(): void {
    this.#stopsLater = false;
    this.#actions.stop();
    if (this.#watchdogTimer !== undefined) this.#platform.timer.clear(this.#watchdogTimer);
    this.#watchdogTimer = undefined;
  }

  #feedWatchdog(): void {
    this.#platform.boot.feedWatchdog();
    this.#watchdogTimer = this.#platform.timer.set(() => {
      this.#feedWatchdog();
    }, watchdogFeedMs);
  }
}
