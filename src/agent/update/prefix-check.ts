// After a reset: reads back the sectors that a progress record claims and compares the chained
// digest. The farthest claim is tried first, then the other, then the start.

import type { OpenDigest } from "../../ports/digest.js";
import { type FlashPartition, sectorBytes } from "../../ports/flash.js";
import type { Timer } from "../../ports/timer.js";
import type { ProgressClaim } from "./progress.js";
import { Slices } from "./slices.js";

/** Nothing is in flash. */
export function emptyClaim(): ProgressClaim {
  return { sectors: 0, digest: new Uint8Array(32) };
}

export class PrefixCheck {
  readonly #partition: FlashPartition;
  readonly #openDigest: OpenDigest;
  readonly #sizeBytes: number;
  readonly #readClaims: () => readonly ProgressClaim[];
  #claims: readonly ProgressClaim[] | undefined;
  readonly #onDone: (claim: ProgressClaim) => void;
  readonly #onFault: (error: unknown) => void;
  /** One sector; only if there is a claim to check. */
  #sector: Uint8Array | undefined;
  readonly #slices: Slices;
  /** Digests at each claim's sector count, taken on one way through the flash. */
  #reached = emptyClaim();
  #best = emptyClaim();

  /**
   * `readClaims` is asked in a later turn, with the whole stack. `onDone` gets the farthest claim
   * that the flash bears out; `onFault` what a read of the flash threw. One of them is called,
   * once, in a later turn.
   */
  constructor(
    timer: Timer,
    partition: FlashPartition,
    openDigest: OpenDigest,
    sizeBytes: number,
    readClaims: () => readonly ProgressClaim[],
    onDone: (claim: ProgressClaim) => void,
    onFault: (error: unknown) => void,
  ) {
    this.#partition = partition;
    this.#openDigest = openDigest;
    this.#sizeBytes = sizeBytes;
    this.#readClaims = readClaims;
    this.#onDone = onDone;
    this.#onFault = onFault;
    this.#slices = new Slices(timer, () => this.#step());
  }

  cancel(): void {
    this.#slices.cancel();
  }

  /** One sector; false when all claims have been met. */
  #step(): boolean {
    try {
      this.#claims ??= this.#fittingClaims();
      const farthest = this.#claims.reduce((most, claim) => Math.max(most, claim.sectors), 0);
      if (this.#reached.sectors < farthest) {
        this.#advance(this.#claims);
        return true;
      }
    } catch (error) {
      this.#onFault(error);
      return false;
    }
    this.#onDone(this.#best);
    return false;
  }

  #fittingClaims(): ProgressClaim[] {
    const sectorsMax = Math.ceil(this.#sizeBytes / sectorBytes);
    return this.#readClaims().filter(({ sectors }) => sectors <= sectorsMax);
  }

  #advance(claims: readonly ProgressClaim[]): void {
    const offsetBytes = this.#reached.sectors * sectorBytes;
    const length = Math.min(sectorBytes, this.#sizeBytes - offsetBytes);
    this.#sector ??= new Uint8Array(sectorBytes);
    const bytes = length === sectorBytes ? this.#sector : this.#sector.subarray(0, length);
    this.#partition.read(bytes, offsetBytes);
    const digest = this.#openDigest();
    digest.write(this.#reached.digest);
    digest.write(bytes);
    this.#reached = { sectors: this.#reached.sectors + 1, digest: digest.close() };
    for (const claim of claims) {
      if (claim.sectors !== this.#reached.sectors) continue;
      if (equalBytes(claim.digest, this.#reached.digest)) this.#best = claim;
    }
  }
}

function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index += 1) {
    if (one[index] !== other[index]) return false;
  }
  return true;
}
