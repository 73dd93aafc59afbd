// The two A/B slots and what is recorded about them: which image runs, what a boot has to decide,
// and the four commit points of an update: armed, switched, confirmed, rejected. The order of the
// writes is the whole point; DESIGN.md beside this file tells what a cut between any two leaves.

import { AppImageError } from "../../flash/app-image-error.js";
import { readAppImageHead, type AppImageHead } from "../../flash/app-image-head.js";
import { OtadataWriter } from "../../flash/otadata-writer.js";
import type { FlashPartition } from "../../ports/flash.js";
import type { Platform } from "../../ports/platform.js";
import { badDownloadsMax, silentTrialsMax, trialsMax } from "../limits.js";
import { sameRelease, type ReleaseIdentity } from "../../protocol/release.js";
import type { ProgressStore } from "../update/progress.js";
import type { ArmedRecord, ConfirmedRecord } from "./record-forms.js";
import { tryRecord, type Records } from "./records.js";
import { entryStateOf } from "./entry-state.js";
import { decideAtBoot, type BootDecision, type EntryState } from "./trial.js";

export class Slots {
  readonly runningSlot: number;
  readonly idleSlot: number;
  readonly #platform: Platform;
  readonly #records: Records;
  readonly #otadata: OtadataWriter;
  /** The agent had recorded that it would restart; read, and cleared in flash, once per boot. */
  #restartAsked: boolean | undefined;
  #running: AppImageHead | undefined;

  /** Throws if flash has no otadata, or holds no image where one runs. */
  constructor(platform: Platform, records: Records) {
    this.#platform = platform;
    this.#records = records;
    this.runningSlot = platform.boot.slot;
    this.idleSlot = 1 - this.runningSlot;
    this.#otadata = new OtadataWriter(platform.openPartition("otadata"), this.runningSlot);
    try {
      this.readRunning();
    } catch (error) {
      // A flash that cannot be read now may be later; the image runs all the same.
      if (error instanceof AppImageError) throw error;
    }
  }

  /** What the running image says of itself. Throws before it was read: that is a bug. */
  get running(): AppImageHead {
    if (this.#running === undefined) throw new Error("the running image was not read");
    return this.#running;
  }

  /** Reads what the running image says of itself, once. Throws what the flash throws. */
  readRunning(): void {
    this.#running ??= this.#readHead();
  }

  /** Version of the running image, "" as long as the flash does not tell. */
  get version(): string {
    return this.#running?.descriptor.version ?? "";
  }

  #readHead(): AppImageHead {
    const running = this.#platform.openPartition("running");
    try {
      return readAppImageHead(running);
    } finally {
      running.close();
    }
  }

  openIdle(): FlashPartition {
    return this.#platform.openPartition("nextota");
  }

  get armed(): ArmedRecord | undefined {
    return this.#records.readArmed();
  }

  /** The image recorded as confirmed that the boot entries have lost. */
  get confirmed(): ConfirmedRecord | undefined {
    return this.#records.readConfirmed();
  }

  /** What this boot has to do first. Clears the mark of a restart asked for. */
  decide(): BootDecision {
    this.#restartAsked ??= this.#records.takeRestartAsked();
    const armed = this.#records.readArmed();
    const facts = {
      slot: this.runningSlot,
      resetReason: this.#platform.boot.resetReason,
      runningEntry: this.#entryState(this.runningSlot),
      idleEntry: this.#entryState(this.idleSlot),
      armed,
      armedRejected: armed !== undefined && this.#records.rejection(armed.release) !== undefined,
      confirmedSlot: this.#records.readConfirmed()?.slot,
      restartAsked: this.#restartAsked,
    };
    return decideAtBoot(facts, trialsMax, silentTrialsMax);
  }

  /** What is recorded of a download of `release` into the idle slot. */
  openProgress(release: ReleaseIdentity): ProgressStore {
    const badDownloads = this.#records.badDownloads(release);
    return this.#records.openProgress({ release, slot: this.idleSlot, badDownloads });
  }

  /**
   * The start of a download, before the first erase of the idle slot. From here on nothing leads to
   * that slot, and no older claim counts for what comes. A confirmation that could not be finished
   * is over: it must not count for the next image. A cut within leaves an idle slot that is whole
   * and perhaps not bootable any more; the download begins again.
   */
  beginDownload(progress: ProgressStore): void {
    progress.forget();
    this.#records.forget("armed");
    this.#otadata.forgetIdleSlot();
    this.#records.forget("confirmed");
    // Without room for it a cut costs the sectors that had come, not the update.
    this.#tryRecord("the target", () => {
      this.#records.writeTarget(progress.target);
    });
  }

  /**
   * Nothing leads to the idle slot any more, nor does a boot loader that falls back because the
   * running image has become unreadable: without its first sector it holds no image. A cut leaves
   * less to do for the next call, which whoever decided it will make.
   */
  wipeIdle(): void {
    this.forgetTrial();
    const slot = this.openIdle();
    try {
      slot.eraseBlock(0);
    } finally {
      slot.close();
    }
  }

  /** The entry of the last trial has been judged; a reset from now on says nothing about it. */
  forgetTrial(): void {
    if (this.#entryState(this.idleSlot) !== "none") this.#otadata.forgetIdleSlot();
  }

  /**
   * Commit point 1: the idle slot holds this release, verified. Trials that it has had already
   * stay counted. Throws if the store is full.
   */
  arm(release: ReleaseIdentity, digest: string): void {
    const slot = this.idleSlot;
    const armed = this.#records.readArmed();
    const again = armed?.slot === slot && sameRelease(armed.release, release) ? armed : undefined;
    const { trials = 0, silentTrials = 0 } = again ?? {};
    this.#records.writeArmed({ release, slot, digest, trials, silentTrials, endedSilent: false });
    this.#records.forget("target");
  }

  /**
   * Commit point 2: the boot loader will start the armed image. The trial is counted before. Throws
   * if the store is full or the boot entry cannot be written: then no trial is counted.
   */
  switchToArmed(): void {
    const armed = this.#records.readArmed();
    if (armed === undefined) throw new Error("switching without an armed image");
    this.#records.writeArmed({ ...armed, trials: armed.trials + 1, endedSilent: false });
    try {
      this.#otadata.recordSwitch(armed.slot);
    } catch (error) {
      // No boot entry, no trial: a flash that fails must not use the release's trials up.
      this.#tryRecord("the trial that was not begun", () => {
        this.#records.writeArmed(armed);
      });
      throw error;
    }
  }

  /**
   * Commit point 3: the running image has passed its trial. May be repeated after a cut. Without
   * room for the record a cut within the rewrite of the entry would cost the confirmation; giving
   * up a good image would be worse.
   */
  confirm(): void {
    const armed = this.#records.readArmed();
    if (armed?.slot === this.runningSlot && this.confirmed?.slot !== armed.slot) {
      const { slot, digest, release } = armed;
      this.#tryRecord("the confirmation", () => {
        this.#records.writeConfirmed({ slot, digest, sizeBytes: release.sizeBytes });
      });
    }
    this.#otadata.recordConfirmation(this.runningSlot);
    this.#records.forget("armed");
    this.#records.forget("confirmed");
  }

  /** Puts the entry of the confirmed image in the idle slot back; a restart then starts it. */
  heal(): void {
    this.#otadata.recordConfirmation(this.idleSlot);
  }

  /**
   * What came is not what was promised. It may have been changed on the way, so a release has a
   * few downloads before it is rejected; true: now it is. The slot is given up after this.
   */
  rejectDownload(release: ReleaseIdentity, reason: string): boolean {
    const badDownloads = this.#records.badDownloads(release) + 1;
    const isLast = badDownloads >= badDownloadsMax;
    const isRecorded = this.#records.reject(release, reason, isLast ? undefined : badDownloads);
    if (!isRecorded) this.#logUnrecorded();
    return isLast;
  }

  /** What was fetched into the idle slot has been judged: nothing of it stays. */
  giveUpDownload(): void {
    this.wipeIdle();
    this.#records.forget("target");
  }

  /** A download was refused by its head: the slot is as it was. */
  forgetTarget(): void {
    this.#tryRecord("the end of the download", () => {
      this.#records.forget("target");
    });
  }

  /** A download was judged, and a cut came before its slot was given up. */
  get isDownloadJudged(): boolean {
    const target = this.#records.readTarget();
    if (target?.slot !== this.idleSlot) return false;
    const { release, badDownloads } = target;
    const isRejected = this.#records.rejection(release) !== undefined;
    return isRejected || this.#records.badDownloads(release) > badDownloads;
  }

  /**
   * Commit point 4: the running image has failed its trial, and is not fetched again. The old one
   * will finish the rejection. Without an armed image there is nothing to remember.
   */
  rejectRunning(reason: string): void {
    const armed = this.#records.readArmed();
    if (armed !== undefined && !this.#records.reject(armed.release, reason)) this.#logUnrecorded();
  }

  /** Commit point 4: the image in the idle slot is not fetched again, and not started again. */
  rejectIdle(reason: string): void {
    const armed = this.#records.readArmed();
    const isRecorded = armed === undefined || this.#records.reject(armed.release, reason);
    this.finishRejection();
    // What is forgotten may have made room.
    if (!isRecorded && !this.#records.reject(armed.release, reason)) this.#logUnrecorded();
  }

  /** Gives up the slot of a rejected image. A cut leaves it to the next boot to do this again. */
  finishRejection(): void {
    this.wipeIdle();
    this.#records.forget("armed");
    this.#records.forget("confirmed");
  }

  #logUnrecorded(): void {
    this.#platform.log("the rejection could not be recorded: the store is full");
  }

  /** The trial ends because the image never reached the service; it may get one more. */
  endSilent(): void {
    const armed = this.#records.readArmed();
    if (armed === undefined) return;
    const silentTrials = armed.silentTrials + 1;
    this.#tryRecord("the end of the trial", () => {
      this.#records.writeArmed({ ...armed, silentTrials, endedSilent: true });
    });
  }

  /** The boot loader has another image to go back to. */
  get canRollBack(): boolean {
    const state = this.#entryState(this.idleSlot);
    return state === "valid" || state === "undefined";
  }

  /**
   * Gives the idle slot its place back at the next reset. An entry on trial is left to the boot
   * loader, which marks it as aborted, if trials are still counted. An entry whose state a cut has
   * made another would start this image for ever: it is marked as invalid here.
   */
  rollBack(): void {
    const isOnTrial = this.#entryState(this.runningSlot) === "pending-verify";
    if (!isOnTrial || this.#records.readArmed() === undefined) this.#otadata.recordRollback();
  }

  #tryRecord(what: string, write: () => void): void {
    tryRecord(this.#platform.log, what, write);
  }

  #entryState(slot: number): EntryState {
    return entryStateOf(this.#otadata.slotState(slot));
  }
}
