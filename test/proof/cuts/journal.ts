// What a life does to flash, operation by operation, with all that a cut there would leave behind
// beside the flash itself: enough to cut it anywhere without living it again.

import { type NorFlash, PowerCut } from "../../support/nor-flash.js";
import type { ServiceMemory } from "../../support/virtual-service.js";
import type { PendingOperation, TornCut } from "./cut.js";
import type { Ledger } from "../lives/ledger.js";
import type { Life } from "../lives/life.js";
import { isImage, phaseOf, type Phase } from "../lives/phase.js";

export interface JournalEntry {
  readonly operation: PendingOperation;
  readonly phase: Phase;
  /** It writes a record, or otadata; not payload. */
  readonly isRecord: boolean;
  readonly ledger: Ledger;
  readonly service: ServiceMemory;
  /** Of unstable reads, up to here. */
  readonly noise: number;
}

/** Writes down what `life` does from now on. Operations after a cut are not written down. */
export function keepJournal(life: Life): JournalEntry[] {
  const entries: JournalEntry[] = [];
  life.flash.onOperation = (operation, bytes) => {
    entries.push({
      operation: { ...operation, bytes: bytes === undefined ? undefined : Uint8Array.from(bytes) },
      phase: phaseOf(life, operation),
      isRecord: !isImage(life, operation.byteOffset),
      ledger: { ...life.ledger },
      service: life.service.memory,
      noise: life.flash.noise,
    });
  };
  return entries;
}

/** Does the operation on `flash`, all of it. */
export function perform(flash: NorFlash, { bytes, byteOffset }: PendingOperation): void {
  if (bytes === undefined) flash.eraseBlock(byteOffset / 4096);
  else flash.write(bytes, byteOffset);
}

/** Does it with the power failing at `cut`. Throws if the power did not fail. */
export function performCut(flash: NorFlash, operation: PendingOperation, cut: TornCut): void {
  flash.powerOn();
  flash.cutAt({ ...cut, operation: 0 });
  try {
    perform(flash, operation);
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
  }
  if (!flash.wasCut) throw new Error("the cut was not delivered");
  flash.powerOn();
}

/** A cut at the end of `entry` leaves what one before `next` leaves: nobody has learnt a thing. */
export function meetsNext(entry: JournalEntry, next: JournalEntry | undefined): boolean {
  if (next === undefined) return false;
  const [one, other] = [entry.ledger, next.ledger];
  return (
    entry.service.activations === next.service.activations &&
    entry.service.enabled.length === next.service.enabled.length &&
    one.inFlight?.key === other.inFlight?.key &&
    one.promised === other.promised
  );
}
