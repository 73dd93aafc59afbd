// The state of an otadata entry in the words of trial.ts.

import { otaState } from "../../flash/otadata.js";
import type { EntryState } from "./trial.js";

/** `state`: of the entry that names a slot; undefined if there is none. */
export function entryStateOf(state: number | undefined): EntryState {
  switch (state) {
    case undefined:
      return "none";
    case otaState.new:
      return "new";
    case otaState.pendingVerify:
      return "pending-verify";
    case otaState.valid:
      return "valid";
    case otaState.invalid:
      return "invalid";
    case otaState.aborted:
      return "aborted";
    default:
      return "undefined"; // The boot loader takes any other number for this.
  }
}
