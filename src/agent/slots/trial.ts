// What a boot must decide before anything else: is this a trial, was one interrupted, must a
// confirmed image be put back in its place? Pure: facts in, one decision out, a row per case.
//
// The facts come from the boot loader (slot, reset reason), from otadata (the entries that name
// the running and the idle slot) and from the agent's own records. A power cut anywhere between
// "verified" and "confirmed" leaves facts that lead on from there: see DESIGN.md beside this file.

import type { ResetReason } from "../../ports/boot.js";

/** State of the otadata entry that names a slot; `none` if no valid entry does. */
export type EntryState =
  "none" | "new" | "pending-verify" | "valid" | "invalid" | "aborted" | "undefined";

/** A verified image waits for its trial, or is in it. */
export interface ArmedFacts {
  readonly slot: number;
  /** Trials begun so far, the one being begun included. */
  readonly trials: number;
  /** Trials that ended because the image never reached the service. */
  readonly silentTrials: number;
  /** The last trial ended that way, by its own decision. */
  readonly endedSilent: boolean;
}

export interface BootFacts {
  readonly slot: number;
  readonly resetReason: ResetReason;
  readonly runningEntry: EntryState;
  readonly idleEntry: EntryState;
  readonly armed: ArmedFacts | undefined;
  /** Slot of an image recorded as confirmed whose boot entry was still to be written. */
  readonly confirmedSlot: number | undefined;
  /** The armed release is on record as rejected. */
  readonly armedRejected: boolean;
  /** The agent had recorded that it would restart the chip. */
  readonly restartAsked: boolean;
}

export type RejectReason =
  | "crashed"
  | "hung"
  | "trials-exhausted"
  | "never-reached-service"
  | "rolled-back"
  | "refused-by-boot-loader";

export type BootDecision =
  /** Nothing is open. */
  | { readonly kind: "ordinary" }
  /** This image is on trial. */
  | { readonly kind: "trial" }
  /** This image is confirmed, the entry may still have to be written. */
  | { readonly kind: "finish-confirmation" }
  /** The confirmed image sits in the idle slot: put it back. */
  | { readonly kind: "heal" }
  /** The trial did not end by a fault of the image: begin it again, if it is still offered. */
  | { readonly kind: "rearm" }
  | { readonly kind: "reject"; readonly reason: RejectReason }
  /** Rejected already; the slot still has to be given up. */
  | { readonly kind: "finish-rejection" };

export function decideAtBoot(facts: BootFacts, trialsMax: number, silentMax: number): BootDecision {
  const { armed, confirmedSlot } = facts;
  if (confirmedSlot !== undefined) {
    if (confirmedSlot === facts.slot) return { kind: "finish-confirmation" };
    // Its entry is valid and yet the old image runs: the boot loader would not start it.
    if (facts.idleEntry === "valid") return { kind: "reject", reason: "refused-by-boot-loader" };
    return { kind: "heal" };
  }
  if (armed !== undefined) {
    return armed.slot === facts.slot
      ? { kind: "trial" }
      : decideInterrupted(facts, armed, trialsMax, silentMax);
  }
  // With a boot loader that keeps no states, an image that nobody confirmed stays `new`.
  const isUnconfirmed = facts.runningEntry === "pending-verify" || facts.runningEntry === "new";
  return isUnconfirmed ? { kind: "trial" } : { kind: "ordinary" };
}

/** The old image runs, although a newer one was armed. */
function decideInterrupted(
  facts: BootFacts,
  armed: ArmedFacts,
  trialsMax: number,
  silentMax: number,
): BootDecision {
  if (facts.armedRejected) return { kind: "finish-rejection" };
  switch (facts.idleEntry) {
    case "invalid":
      return armed.endedSilent
        ? decideSilent(armed, trialsMax, silentMax)
        : { kind: "reject", reason: "rolled-back" };
    case "pending-verify":
    case "valid":
    case "undefined":
      // Selected in this very boot (or for good), and not started.
      return { kind: "reject", reason: "refused-by-boot-loader" };
    case "none":
    case "new":
      // The switch was never written, or a cut took the entry while the boot loader marked it.
      return again(armed, trialsMax);
    case "aborted":
      return decideAborted(facts, armed, trialsMax, silentMax);
    default:
      return facts.idleEntry satisfies never;
  }
}

/** The trial ran, and a reset ended it: whose fault was the reset? */
function decideAborted(
  facts: BootFacts,
  armed: ArmedFacts,
  trialsMax: number,
  silentMax: number,
): BootDecision {
  if (armed.endedSilent) return decideSilent(armed, trialsMax, silentMax);
  switch (facts.resetReason) {
    case "power-on":
    case "brown-out":
      return again(armed, trialsMax);
    case "software":
      return facts.restartAsked ? again(armed, trialsMax) : { kind: "reject", reason: "crashed" };
    case "watchdog":
      return { kind: "reject", reason: "hung" };
    case "panic":
    case "unknown":
      return { kind: "reject", reason: "crashed" };
    default:
      return facts.resetReason satisfies never;
  }
}

/** The image itself gave up, because the service did not answer. */
function decideSilent(armed: ArmedFacts, trialsMax: number, silentMax: number): BootDecision {
  return armed.silentTrials >= silentMax
    ? { kind: "reject", reason: "never-reached-service" }
    : again(armed, trialsMax);
}

function again(armed: ArmedFacts, trialsMax: number): BootDecision {
  return armed.trials >= trialsMax
    ? { kind: "reject", reason: "trials-exhausted" }
    : { kind: "rearm" };
}
