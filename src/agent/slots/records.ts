// What the agent remembers across resets, each as one string in the key-value store, where one
// write is atomic. Which record exists is itself the state: see DESIGN.md beside this file.
//
//   cik        the 40 characters
//   target     the release being fetched, and into which slot; gone: nothing is in progress
//   progress.* how much of it is safely in flash (progress.ts)
//   armed      the slot holds the whole release, verified; its trials are counted here
//   confirmed  the trial was passed; gone once the boot entry says so too
//   rejected   releases that must not be fetched again, or whose bytes came out wrong, oldest first
//   restart    the agent is about to restart the chip
//   asked      the CIK was asked for; gone once it is stored, or sure that none was given
//
// A record that does not parse counts as absent, one of another type than string is replaced.
// Nothing here is secret but the CIK.

import type { KeyValueStore } from "../../ports/key-value.js";
import type { Log } from "../../ports/log.js";
import { cikCharacters } from "../../protocol/limits.js";
import { rejectedBytesMax, rejectedMax } from "../limits.js";
import { isCik } from "../../protocol/paths.js";
import { sameRelease, type ReleaseIdentity } from "../../protocol/release.js";
import type { RecordKey } from "../../protocol/store-keys.js";
import { ProgressStore } from "../update/progress.js";
import {
  formatArmed,
  formatConfirmed,
  formatRejected,
  formatTarget,
  parseArmed,
  parseConfirmed,
  parseRejected,
  parseTarget,
  shortenedReason,
  type ArmedRecord,
  type ConfirmedRecord,
  type RejectedRecord,
  type TargetRecord,
} from "./record-forms.js";

/** Writes a record that the work can go on without: false, and a line in the log, if it fails. */
export function tryRecord(log: Log, what: string, write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    log(`${what} could not be recorded: ${String(error)}`);
    return false;
  }
}

/** Room in NVS that the record `asked` takes: an entry and its data, 32 bytes each. */
const askedCharacters = 64;

export class Records {
  readonly #store: KeyValueStore;
  /** Those that the store had no room for: known until the next reset, so that nothing spins. */
  #unsavedRejections: readonly RejectedRecord[] = [];

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  readCik(): string | undefined {
    const cik = this.#read("cik");
    return cik !== undefined && isCik(cik) ? cik : undefined;
  }

  /** Commit point: the service gives a CIK out once. Throws if the store is full. */
  writeCik(cik: string): void {
    if (this.#read("cik") !== cik) this.#write("cik", cik);
    this.closeActivation();
  }

  /**
   * To be called before a CIK is asked for; true if one was asked for before and nobody knows what
   * became of it. Throws if the store could not hold a CIK: the service hands a CIK out once, so
   * better to learn before asking that it cannot be kept.
   */
  openActivation(): boolean {
    this.#reserve(cikCharacters + askedCharacters);
    const wasOpen = this.#read("asked") === "cik";
    if (!wasOpen) this.#write("asked", "cik");
    return wasOpen;
  }

  /** No CIK is on its way that did not come here. Never throws: a rest costs a word in a status. */
  closeActivation(): void {
    try {
      this.#store.delete("asked");
    } catch {
      // It stays.
    }
  }

  /** Throws if the store could not hold the records of an update to this release. */
  reserveUpdate(release: ReleaseIdentity): void {
    const digest = release.sha256 ?? "0".repeat(64);
    const counts = { slot: 0, trials: 0, silentTrials: 0, endedSilent: true };
    this.#reserve(formatArmed({ release, digest, ...counts }).length);
  }

  /** The records of the progress towards `target`. */
  openProgress(target: TargetRecord): ProgressStore {
    return new ProgressStore(this.#store, target);
  }

  readTarget(): TargetRecord | undefined {
    return parseTarget(this.#read("target") ?? "");
  }

  writeTarget(target: TargetRecord): void {
    this.#write("target", formatTarget(target));
  }

  readArmed(): ArmedRecord | undefined {
    return parseArmed(this.#read("armed") ?? "");
  }

  writeArmed(armed: ArmedRecord): void {
    this.#write("armed", formatArmed(armed));
  }

  readConfirmed(): ConfirmedRecord | undefined {
    return parseConfirmed(this.#read("confirmed") ?? "");
  }

  writeConfirmed(confirmed: ConfirmedRecord): void {
    this.#write("confirmed", formatConfirmed(confirmed));
  }

  readRejected(): readonly RejectedRecord[] {
    // They are all that was known, and more.
    if (this.#unsavedRejections.length > 0) return this.#unsavedRejections;
    const rejected: RejectedRecord[] = [];
    for (const line of (this.#read("rejected") ?? "").split("\n")) {
      const record = parseRejected(line);
      if (record !== undefined) rejected.push(record);
    }
    return rejected;
  }

  /**
   * Remembers that this very release must not be fetched again, or, with `badDownloads`, how often
   * it came out wrong; forgets the oldest where there is no room for all. Never throws. If the
   * store has no room even for this one, it is remembered until the next reset, and false is
   * returned.
   */
  reject(release: ReleaseIdentity, reason: string, badDownloads?: number): boolean {
    const count = badDownloads === undefined ? {} : { badDownloads };
    const rejected: RejectedRecord = { release, reason: shortenedReason(reason), ...count };
    const isOther = (record: RejectedRecord): boolean => record.release.id !== release.id;
    const kept = [...this.readRejected().filter(isOther), rejected].slice(-rejectedMax);
    const lines = kept.map(formatRejected);
    while (lines.join("\n").length > rejectedBytesMax) lines.shift();
    for (; lines.length > 0; lines.shift()) {
      if (!this.#tryWrite("rejected", lines.join("\n"))) continue;
      this.#unsavedRejections = [];
      return true;
    }
    this.#unsavedRejections = kept;
    return false;
  }

  /** Why this very release was rejected for good, or undefined. */
  rejection(release: ReleaseIdentity): string | undefined {
    const record = this.#rejected(release);
    return record?.badDownloads === undefined ? record?.reason : undefined;
  }

  /** Downloads of this very release that came out wrong, while more are allowed. */
  badDownloads(release: ReleaseIdentity): number {
    return this.#rejected(release)?.badDownloads ?? 0;
  }

  /** Reads and clears the mark that the agent itself restarted the chip. */
  takeRestartAsked(): boolean {
    const asked = this.#read("restart") === "asked";
    if (asked) this.#store.delete("restart");
    return asked;
  }

  writeRestartAsked(): void {
    this.#write("restart", "asked");
  }

  forget(record: "target" | "armed" | "confirmed"): void {
    this.#store.delete(record);
  }

  #rejected(release: ReleaseIdentity): RejectedRecord | undefined {
    return this.readRejected().find((record) => sameRelease(record.release, release));
  }

  #reserve(characters: number): void {
    this.#write("reserve", "-".repeat(characters));
    this.#store.delete("reserve");
  }

  #read(key: RecordKey): string | undefined {
    try {
      return this.#store.read(key);
    } catch {
      return undefined; // Another type than string: not ours.
    }
  }

  /** Throws if the store is full. */
  #write(key: RecordKey, text: string): void {
    if (this.#isForeign(key)) this.#store.delete(key);
    this.#store.write(key, text);
  }

  #tryWrite(key: RecordKey, text: string): boolean {
    try {
      this.#write(key, text);
      return true;
    } catch {
      return false;
    }
  }

  /** Holds something that is not a string: a key may keep its type as long as it is there. */
  #isForeign(key: RecordKey): boolean {
    try {
      this.#store.read(key);
      return false;
    } catch {
      return true;
    }
  }
}
