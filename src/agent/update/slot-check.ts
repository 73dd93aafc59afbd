// Reads the idle slot back, slice by slice, and holds it against the release: its SHA-256, and the
// rules the boot loader will apply. What passes here is what may be booted.

import { AppImageError } from "../../flash/app-image-error.js";
import type { ChipIdentity } from "../../flash/app-image-chips.js";
import { SlotVerifier } from "../../flash/app-image-verify.js";
import { type FlashPartition, sectorBytes } from "../../ports/flash.js";
import type { Platform } from "../../ports/platform.js";
import { toHex } from "../../protocol/hex.js";
import type { Failure } from "../contact.js";
import { flashFault } from "../slots/flash-fault.js";
import { Slices } from "./slices.js";

export type SlotCheckOutcome =
  /** `digest` is the SHA-256 of the release's bytes in the slot, hex. */
  | { readonly kind: "right"; readonly digest: string }
  | { readonly kind: "wrong"; readonly reason: string }
  /** The flash could not be read: that says nothing about the image. */
  | Failure;

export interface ExpectedImage {
  readonly sizeBytes: number;
  /** Hex. Without it the image must carry a SHA-256 of its own. */
  readonly digest: string | undefined;
  readonly chip: ChipIdentity;
}

export class SlotCheck {
  readonly #openVerifier: () => SlotVerifier;
  #verifier: SlotVerifier | undefined;
  readonly #expected: ExpectedImage;
  readonly #onDone: (outcome: SlotCheckOutcome) => void;
  readonly #slices: Slices;

  /** `onDone` is called once, in a later turn. */
  constructor(
    platform: Platform,
    slot: FlashPartition,
    expected: ExpectedImage,
    onDone: (outcome: SlotCheckOutcome) => void,
  ) {
    this.#expected = expected;
    this.#onDone = onDone;
    // Opened in the first step: a slot that is too small for the image makes it wrong.
    this.#openVerifier = () =>
      new SlotVerifier(slot, {
        chip: expected.chip,
        openDigest: platform.openDigest,
        scratch: new Uint8Array(sectorBytes),
        contentBytes: expected.sizeBytes,
      });
    this.#slices = new Slices(platform.timer, () => this.#step());
  }

  cancel(): void {
    this.#slices.cancel();
  }

  #step(): boolean {
    const outcome = this.#advance();
    if (outcome === undefined) return true;
    this.#onDone(outcome);
    return false;
  }

  #advance(): SlotCheckOutcome | undefined {
    try {
      this.#verifier ??= this.#openVerifier();
      const verdict = this.#verifier.step();
      if (verdict === undefined) return undefined;
      const digest = toHex(verdict.contentSha256 ?? new Uint8Array(0));
      if (this.#expected.digest === undefined) {
        return verdict.image.sha256 === undefined
          ? { kind: "wrong", reason: "neither the release nor the image carries a SHA-256" }
          : { kind: "right", digest };
      }
      return digest === this.#expected.digest
        ? { kind: "right", digest }
        : { kind: "wrong", reason: `its SHA-256 is ${digest}, not ${this.#expected.digest}` };
    } catch (error) {
      if (error instanceof AppImageError) return { kind: "wrong", reason: error.message };
      return { kind: "failed", reason: flashFault(error) };
    }
  }
}
