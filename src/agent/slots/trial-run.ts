// Carries out what trial.ts decides at boot, and the trial itself: its time limit, the product's
// self-test, confirmation, the way back. Every outcome is an input for the life of the device.

import type { Platform } from "../../ports/platform.js";
import type { TimerHandle } from "../../ports/timer.js";
import type { LifeInput, Report } from "../life.js";
import type { CompleteOptions } from "../options.js";
import type { ArmedRecord } from "./record-forms.js";
import { flashFault } from "./flash-fault.js";
import type { Slots } from "./slots.js";
import type { Cancellable, Update } from "../update/update.js";

export class TrialRun {
  readonly #platform: Platform;
  readonly #options: CompleteOptions;
  readonly #slots: Slots;
  readonly #report: Report;
  readonly #onConfirmed: () => void;
  #isOn = false;
  #timer: TimerHandle | undefined;
  /** Tells one self-test from the next. */
  #tests = 0;
  #isTesting = false;
  #rearms = false;

  constructor(
    platform: Platform,
    options: CompleteOptions,
    slots: Slots,
    report: Report,
    onConfirmed: () => void,
  ) {
    this.#onConfirmed = onConfirmed;
    this.#platform = platform;
    this.#options = options;
    this.#slots = slots;
    this.#report = report;
  }

  /** The running image is on trial. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** What is to have one more trial, once the service says that it is still offered. */
  get rearmed(): ArmedRecord | undefined {
    return this.#rearms ? this.#slots.armed : undefined;
  }

  /** It is not offered any more. */
  endRearm(): void {
    this.#rearms = false;
  }

  /** Carries out what the last boot left to decide; the input it leads to, if any. Throws what
   *  the flash throws: the next boot decides the same again. */
  decide(): LifeInput | undefined {
    if (this.#isOn) {
      this.#begin(); // Started again in the same boot: the trial goes on.
      return undefined;
    }
    const decision = this.#slots.decide();
    switch (decision.kind) {
      case "ordinary":
        if (this.#slots.isDownloadJudged) this.#slots.giveUpDownload();
        return undefined;
      case "trial":
        this.#begin();
        return undefined;
      case "finish-confirmation":
        this.#slots.confirm();
        return undefined;
      case "heal":
        return "heal";
      case "rearm":
        this.#platform.log("a trial was interrupted: it begins again if the release still stands");
        this.#slots.forgetTrial();
        this.#rearms = true;
        return undefined;
      case "reject":
        this.#platform.log(`release rejected: ${decision.reason}`);
        this.#slots.rejectIdle(decision.reason);
        return undefined;
      case "finish-rejection":
        this.#slots.finishRejection();
        return undefined;
      default:
        return decision satisfies never;
    }
  }

  /**
   * The confirmed image must still be what was confirmed before an entry leads to it again.
   * `otherwise` is what to report if it is not.
   */
  heal(update: Update, otherwise: LifeInput): Cancellable {
    const { confirmed } = this.#slots;
    if (confirmed === undefined) throw new Error("healing without a confirmed image");
    return update.checkIdle(confirmed.sizeBytes, confirmed.digest, (outcome) => {
      if (outcome.kind === "failed") {
        this.#report("failed", outcome.reason);
        return;
      }
      const isRight = outcome.kind === "right";
      const isDone = this.#tryFlash(() => {
        if (isRight) this.#slots.heal();
        else this.#slots.rejectIdle(outcome.reason);
      });
      if (isDone) this.#report(isRight ? "reset" : otherwise, isRight ? "" : outcome.reason);
    });
  }

  /** Runs the product's self-test, which may take the rest of the trial's time. */
  test(): void {
    const { hooks } = this.#options;
    const number = ++this.#tests;
    // A product that answers twice, or after the trial is over, changes nothing.
    const end = (fault?: string): void => {
      if (this.#isOn && number === this.#tests) this.#endTest(fault);
    };
    if (hooks.selfTest === undefined) {
      end();
      return;
    }
    this.#isTesting = true;
    try {
      hooks.selfTest((passed) => {
        end(passed ? undefined : "its self-test failed");
      });
    } catch (error) {
      end(`its self-test failed: ${String(error)}`);
    }
  }

  /**
   * Gives the old image its place back. Without another image the time limit is dropped: otherwise
   * it would end before each pause, and the device would never ask the service again.
   */
  revert(): void {
    this.stop();
    const other = { isThere: false };
    const isDone = this.#tryFlash(() => {
      other.isThere = this.#slots.canRollBack;
      if (other.isThere) this.#slots.rollBack();
    });
    if (!isDone) return;
    if (other.isThere) this.#report("reset");
    else this.#report("failed", "there is no other image to go back to");
  }

  /** Ends the time limit, not the trial. */
  stop(): void {
    this.#tests += 1;
    this.#isTesting = false;
    if (this.#timer !== undefined) this.#platform.timer.clear(this.#timer);
    this.#timer = undefined;
  }

  #begin(): void {
    this.stop();
    this.#isOn = true;
    this.#timer = this.#platform.timer.set(() => {
      if (this.#isTesting) {
        this.#endTest("its self-test never ended");
        return;
      }
      this.#slots.endSilent();
      this.#report("trial-expired", "the trial image did not reach the service in time");
    }, this.#options.trialMs);
  }

  #endTest(fault: string | undefined): void {
    this.stop();
    if (fault !== undefined) {
      this.#slots.rejectRunning(fault);
      this.#report("test-failed", fault);
      return;
    }
    const isConfirmed = this.#tryFlash(() => {
      this.#slots.confirm();
    });
    if (!isConfirmed) return;
    this.#isOn = false;
    this.#platform.log(`confirmed: ${this.#slots.running.descriptor.version}`);
    this.#onConfirmed();
  }

  /** A flash that fails (a worn sector) is met again after a pause, not at once. */
  #tryFlash(write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      this.#report("failed", flashFault(error));
      return false;
    }
  }
}
