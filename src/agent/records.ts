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

import type { KeyValueStore } from "../ports/key-value.js";
import { parseDecimal } from "../protocol/decimal.js";
import { decodeForm, encodeForm, formValue } from "../protocol/form.js";
import {
  cikCharacters,
  rejectedBytesMax,
  rejectedMax,
  rejectReasonCharactersMax,
} from "../protocol/limits.js";
import { isCik } from "../protocol/paths.js";
import { sameRelease, type ReleaseIdentity } from "../protocol/release.js";

/** The agent's keys share the factory's domain (an NVS namespace on the chip). */
export const recordsDomain = "provision";

/** Room in NVS that the record `asked` takes: an entry and its data, 32 bytes each. */
const askedCharacters = 64;

type FormPair = readonly [key: string, value: string];

export interface TargetRecord {
  readonly release: ReleaseIdentity;
  readonly slot: number;
  /** Downloads of it that had come out wrong before this one. */
  readonly badDownloads: number;
}

export interface ArmedRecord {
  readonly release: ReleaseIdentity;
  readonly slot: number;
  /** SHA-256 of the release's bytes in the slot, hex. */
  readonly digest: string;
  readonly trials: number;
  readonly silentTrials: number;
  readonly endedSilent: boolean;
}

export interface ConfirmedRecord {
  readonly slot: number;
  readonly sizeBytes: number;
  readonly digest: string;
}

export interface RejectedRecord {
  readonly release: ReleaseIdentity;
  readonly reason: string;
  /** Downloads that came out wrong, while more are allowed; undefined: rejected for good. */
  readonly badDownloads?: number;
}

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

  readTarget(): TargetRecord | undefined {
    const pairs = this.#readForm("target");
    const release = pairs && parseRelease(pairs);
    const slot = pairs && parseCount(pairs, "slot");
    if (!release || slot === undefined) return undefined;
    return { release, slot, badDownloads: parseCount(pairs, "bad") ?? 0 };
  }

  writeTarget(target: TargetRecord): void {
    const { release, slot, badDownloads } = target;
    const pairs: FormPair[] = [...formatRelease(release), ["slot", String(slot)]];
    if (badDownloads > 0) pairs.push(["bad", String(badDownloads)]);
    this.#write("target", encodeForm(pairs));
  }

  readArmed(): ArmedRecord | undefined {
    const pairs = this.#readForm("armed");
    const release = pairs && parseRelease(pairs);
    if (!pairs || !release) return undefined;
    const slot = parseCount(pairs, "slot");
    const digest = formValue(pairs, "digest");
    const trials = parseCount(pairs, "trials");
    const silentTrials = parseCount(pairs, "silent");
    if (slot === undefined || trials === undefined || silentTrials === undefined) return undefined;
    if (digest === undefined) return undefined;
    const endedSilent = formValue(pairs, "ended") === "silent";
    return { release, slot, digest, trials, silentTrials, endedSilent };
  }

  writeArmed(armed: ArmedRecord): void {
    this.#write("armed", formatArmed(armed));
  }

  readConfirmed(): ConfirmedRecord | undefined {
    const pairs = this.#readForm("confirmed");
    if (!pairs) return undefined;
    const slot = parseCount(pairs, "slot");
    const sizeBytes = parseCount(pairs, "size");
    const digest = formValue(pairs, "digest");
    if (slot === undefined || sizeBytes === undefined || digest === undefined) return undefined;
    return { slot, sizeBytes, digest };
  }

  writeConfirmed(confirmed: ConfirmedRecord): void {
    const pairs: FormPair[] = [
      ["slot", String(confirmed.slot)],
      ["size", String(confirmed.sizeBytes)],
      ["digest", confirmed.digest],
    ];
    this.#write("confirmed", encodeForm(pairs));
  }

  readRejected(): readonly RejectedRecord[] {
    // They are all that was known, and more.
    if (this.#unsavedRejections.length > 0) return this.#unsavedRejections;
    const rejected: RejectedRecord[] = [];
    for (const line of (this.#read("rejected") ?? "").split("\n")) {
      const pairs = decodeForm(line);
      const release = parseRelease(pairs);
      const reason = formValue(pairs, "reason");
      const badDownloads = parseCount(pairs, "bad");
      if (!release || reason === undefined) continue;
      rejected.push({ release, reason, ...(badDownloads !== undefined && { badDownloads }) });
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
    const rejected: RejectedRecord = { release, reason: shortened(reason), ...count };
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

  #read(key: string): string | undefined {
    try {
      return this.#store.read(key);
    } catch {
      return undefined; // Another type than string: not ours.
    }
  }

  #readForm(key: string): readonly FormPair[] | undefined {
    const text = this.#read(key);
    return text === undefined ? undefined : decodeForm(text);
  }

  /** Throws if the store is full. */
  #write(key: string, text: string): void {
    if (this.#isForeign(key)) this.#store.delete(key);
    this.#store.write(key, text);
  }

  #tryWrite(key: string, text: string): boolean {
    try {
      this.#write(key, text);
      return true;
    } catch {
      return false;
    }
  }

  /** Holds something that is not a string: a key may keep its type as long as it is there. */
  #isForeign(key: string): boolean {
    try {
      this.#store.read(key);
      return false;
    } catch {
      return true;
    }
  }
}

/** A reason that leaves room for others, and has no lone surrogates: it may be the product's. */
function shortened(reason: string): string {
  let text = "";
  for (const character of reason) {
    if (text.length >= rejectReasonCharactersMax) break;
    const isLone = character.length === 1 && character >= "\ud800" && character <= "\udfff";
    text += isLone ? "\ufffd" : character;
  }
  return text;
}

function formatArmed(armed: ArmedRecord): string {
  const pairs: FormPair[] = [
    ...formatRelease(armed.release),
    ["slot", String(armed.slot)],
    ["digest", armed.digest],
    ["trials", String(armed.trials)],
    ["silent", String(armed.silentTrials)],
  ];
  if (armed.endedSilent) pairs.push(["ended", "silent"]);
  return encodeForm(pairs);
}

function formatRejected({ release, reason, badDownloads }: RejectedRecord): string {
  const pairs: FormPair[] = [...formatRelease(release), ["reason", reason]];
  if (badDownloads !== undefined) pairs.push(["bad", String(badDownloads)]);
  return encodeForm(pairs);
}

function formatRelease(release: ReleaseIdentity): FormPair[] {
  const pairs: FormPair[] = [
    ["id", release.id],
    ["size", String(release.sizeBytes)],
    ["time", String(release.timestampSeconds)],
  ];
  if (release.version !== undefined) pairs.push(["version", release.version]);
  if (release.sha256 !== undefined) pairs.push(["sha256", release.sha256]);
  return pairs;
}

function parseRelease(pairs: readonly FormPair[]): ReleaseIdentity | undefined {
  const id = formValue(pairs, "id");
  const sizeBytes = parseCount(pairs, "size");
  const timestampSeconds = parseCount(pairs, "time");
  if (id === undefined || sizeBytes === undefined || timestampSeconds === undefined) {
    return undefined;
  }
  const version = formValue(pairs, "version");
  const sha256 = formValue(pairs, "sha256");
  return {
    id,
    sizeBytes,
    timestampSeconds,
    ...(version !== undefined && { version }),
    ...(sha256 !== undefined && { sha256 }),
  };
}

function parseCount(pairs: readonly FormPair[], key: string): number | undefined {
  const text = formValue(pairs, key);
  return text === undefined ? undefined : parseDecimal(text);
}
