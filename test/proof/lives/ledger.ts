// What the proof itself remembers of a device while its power comes and goes: what the device has
// been promised, what it was in the middle of, what it has cost so far. A value: every cut that is
// tried begins with a copy.

import { trialsMax } from "../../../src/agent/limits.js";

export interface Ledger {
  /** What writes to the store that returned have put there, by key. */
  readonly promised: ReadonlyMap<string, string>;
  /** The write, or delete, that has not returned. */
  readonly inFlight: { readonly key: string; readonly value: string | undefined } | undefined;
  /** What progress records call the release at hand by, once one has been written. */
  readonly target: string | undefined;
  /** The key has been asked for, and is not stored. */
  readonly isAsking: boolean;
  /** So it was when power failed, and no key has been stored since. */
  readonly isKeyAtRisk: boolean;
  /** SHA-256 of the images that the agent has read back and found right, hex. */
  readonly verified: ReadonlySet<string>;
  /** SHA-256 of the images whose confirmation is on record, or was. */
  readonly confirmed: ReadonlySet<string>;
  readonly cuts: number;
  readonly boots: number;
  readonly requests: number;
  /** Body bytes of releases that the agent has read from the network. */
  readonly fetchedBytes: number;
  /** Times the vendor enabled the serial again because the device waited for it. */
  readonly helps: number;
  /** Keys that were whole when the store began to recover, however often that was cut since. */
  readonly atRisk: ReadonlySet<string>;
  /** Records that the store itself has lost: Espressif's library does. */
  readonly losses: number;
}

export const blankLedger: Ledger = Object.freeze({
  promised: new Map(),
  inFlight: undefined,
  target: undefined,
  isAsking: false,
  isKeyAtRisk: false,
  verified: new Set<string>(),
  confirmed: new Set<string>(),
  cuts: 0,
  boots: 0,
  requests: 0,
  fetchedBytes: 0,
  helps: 0,
  atRisk: new Set<string>(),
  losses: 0,
});

/** What a loss of power makes of it. */
export function afterCut(ledger: Ledger): Ledger {
  const isKeyAtRisk = ledger.isKeyAtRisk || ledger.isAsking;
  return { ...ledger, cuts: ledger.cuts + 1, isKeyAtRisk, isAsking: false };
}

/** `set` with one more; the same if it is there already. */
export function including<Value>(set: ReadonlySet<Value>, value: Value): ReadonlySet<Value> {
  return set.has(value) ? set : new Set([...set, value]);
}

/** Sectors of the download at hand that the store has promised to know of. */
export function promisedSectors({ promised, inFlight, target }: Ledger): number {
  if (!promised.has("target")) return 0; // It was given up.
  let sectors = 0;
  for (const key of progressKeys) {
    const [count, of] = (promised.get(key) ?? "").split(".");
    if (inFlight?.key === key || of !== target) continue; // Old or new, and new may be none.
    sectors = Math.max(sectors, Number(count));
  }
  return sectors;
}

/** The image is in force, or will be if the write in flight is done. */
export function isArming({ promised, inFlight }: Ledger): boolean {
  return promised.has("armed") || inFlight?.key === "armed";
}

/**
 * A good image is given up, by name: power has failed in as many trials as it may have, or the
 * service went away (`wasLeft`) and nobody answered in its trials.
 */
export function isGivenUp({ cuts, promised }: Ledger, wasLeft: boolean): boolean {
  const rejected = promised.get("rejected") ?? "";
  if (wasLeft && /&reason=never-reached-service/.test(rejected)) return true;
  return cuts >= trialsMax && /&reason=trials-exhausted/.test(rejected);
}

const progressKeys = ["progress.0", "progress.1"];

/** The target of a progress record; undefined for other records. */
export function targetOf(key: string, value: string | undefined): string | undefined {
  return progressKeys.includes(key) ? value?.split(".")[1] : undefined;
}
