// The agent's records as text: forms (application/x-www-form-urlencoded) of which the first value of
// a key counts and unknown keys are passed over, so that an older image reads what a newer one
// wrote. Every field is in ../flash/SPEC.md. A text that lacks a key, or has a wrong one, is none.

import { parseDecimal } from "../../protocol/decimal.js";
import { decodeForm, encodeForm, formValue } from "../../protocol/form.js";
import { rejectReasonCharactersMax } from "../limits.js";
import type { ReleaseIdentity } from "../../protocol/release.js";

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

type FormPair = readonly [key: string, value: string];

export function formatTarget({ release, slot, badDownloads }: TargetRecord): string {
  const pairs: FormPair[] = [...formatRelease(release), ["slot", String(slot)]];
  if (badDownloads > 0) pairs.push(["bad", String(badDownloads)]);
  return encodeForm(pairs);
}

export function parseTarget(text: string): TargetRecord | undefined {
  const pairs = decodeForm(text);
  const release = parseRelease(pairs);
  const slot = parseCount(pairs, "slot");
  if (!release || slot === undefined) return undefined;
  return { release, slot, badDownloads: parseCount(pairs, "bad") ?? 0 };
}

export function formatArmed(armed: ArmedRecord): string {
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

export function parseArmed(text: string): ArmedRecord | undefined {
  const pairs = decodeForm(text);
  const release = parseRelease(pairs);
  const slot = parseCount(pairs, "slot");
  const digest = formValue(pairs, "digest");
  const trials = parseCount(pairs, "trials");
  const silentTrials = parseCount(pairs, "silent");
  if (!release || slot === undefined || digest === undefined) return undefined;
  if (trials === undefined || silentTrials === undefined) return undefined;
  const endedSilent = formValue(pairs, "ended") === "silent";
  return { release, slot, digest, trials, silentTrials, endedSilent };
}

export function formatConfirmed({ slot, sizeBytes, digest }: ConfirmedRecord): string {
  return encodeForm([
    ["slot", String(slot)],
    ["size", String(sizeBytes)],
    ["digest", digest],
  ]);
}

export function parseConfirmed(text: string): ConfirmedRecord | undefined {
  const pairs = decodeForm(text);
  const slot = parseCount(pairs, "slot");
  const sizeBytes = parseCount(pairs, "size");
  const digest = formValue(pairs, "digest");
  if (slot === undefined || sizeBytes === undefined || digest === undefined) return undefined;
  return { slot, sizeBytes, digest };
}

/** One line of the record. */
export function formatRejected({ release, reason, badDownloads }: RejectedRecord): string {
  const pairs: FormPair[] = [...formatRelease(release), ["reason", reason]];
  if (badDownloads !== undefined) pairs.push(["bad", String(badDownloads)]);
  return encodeForm(pairs);
}

export function parseRejected(line: string): RejectedRecord | undefined {
  const pairs = decodeForm(line);
  const release = parseRelease(pairs);
  const reason = formValue(pairs, "reason");
  const badDownloads = parseCount(pairs, "bad");
  if (!release || reason === undefined) return undefined;
  return { release, reason, ...(badDownloads !== undefined && { badDownloads }) };
}

/** A reason that leaves room for others, and has no lone surrogates: it may be the product's. */
export function shortenedReason(reason: string): string {
  let text = "";
  for (const character of reason) {
    if (text.length >= rejectReasonCharactersMax) break;
    const isLone = character.length === 1 && character >= "\ud800" && character <= "\udfff";
    text += isLone ? "\ufffd" : character;
  }
  return text;
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
