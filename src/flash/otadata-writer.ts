// How the agent changes otadata. Invariant, at every power cut: the running slot has an entry that
// counts. Only `recordConfirmation` and `recordRollback`, in a trial, touch that entry; at worst
// they leave the other slot's. So a cut leaves the old decision or the new one, and an operation
// that was cut is repeated after the next boot.
//
// Why an entry is struck out before its sector is erased: bits of a state may be erased before
// those of sequence and CRC, and ABORTED, half erased, is a state without limits. With its CRC
// programmed to 0 first, an entry is gone before it can turn into another.
//
// A sector that reads as blank may be one whose erase was cut, so every entry is written into a
// sector erased just before, as ESP-IDF does. Format: otadata.ts.

import type { FlashPartition } from "../ports/flash.js";
import {
  activeSector,
  counts,
  decodeOtaEntry,
  encodeOtaEntry,
  isPresent,
  nextSequence,
  type OtaEntries,
  type OtaEntry,
  otaEntryBytes,
  type OtaSector,
  otaState,
  sequenceMax,
  slotOf,
} from "./otadata.js";

/** From here the count starts over: above it there is room for one more sequence of any slot. */
const sequenceTurn = sequenceMax - 255;
const crcOffset = 28;

export class OtadataWriter {
  readonly #partition: FlashPartition;
  readonly #runningSlot: number;
  readonly #slotCount: number;
  readonly #sectorBytes: number;

  /** `partition` is "otadata". `runningSlot` is what the boot port says, not what otadata says. */
  constructor(partition: FlashPartition, runningSlot: number, slotCount = 2) {
    if (slotCount < 2 || runningSlot < 0 || runningSlot >= slotCount) {
      throw new Error(`slot ${runningSlot} of ${slotCount} is no slot of an A/B device`);
    }
    this.#partition = partition;
    this.#runningSlot = runningSlot;
    this.#slotCount = slotCount;
    this.#sectorBytes = partition.status().blockLength;
  }

  /** Both entries, as they are in flash. */
  read(): OtaEntries {
    const bytes = new Uint8Array(otaEntryBytes);
    const entryAt = (sector: OtaSector): OtaEntry => {
      this.#partition.read(bytes, sector * this.#sectorBytes);
      return decodeOtaEntry(bytes);
    };
    return [entryAt(0), entryAt(1)];
  }

  /**
   * The state recorded for a slot; undefined if no entry names it. If the running slot's is
   * `otaState.pendingVerify` or, with a bootloader that keeps no states, `new`, this is a trial.
   */
  slotState(slot: number): number | undefined {
    const entries = this.read();
    const sector =
      this.#sectorOf(slot, entries, counts) ?? this.#sectorOf(slot, entries, isPresent);
    return sector === undefined ? undefined : entries[sector].state;
  }

  /**
   * To be called before the first erase of the idle slot: afterwards no fall-back can start a
   * half-written image. Gives the running slot an entry if it has none.
   *
   * A cut before or within leaves the idle slot bootable, with the image it always had, or already
   * forgotten; the slot's own content is untouched. The next call does the rest.
   */
  forgetIdleSlot(): void {
    const other = otherSector(this.#ensureOwnEntry());
    const entry = this.read()[other];
    const idleSlot = (this.#runningSlot + 1) % this.#slotCount;
    // With more than two slots it may be a third one's, and a fall-back worth keeping.
    if (counts(entry) && slotOf(entry, this.#slotCount) !== idleSlot) return;
    this.#clear(other, entry);
  }

  /**
   * Makes the next boot a trial of `slot`, also of one that was tried and refused before.
   *
   * A cut before the commit point leaves the running slot's entry as the only one that counts: the
   * running image boots, knows from its own record that the slot is ready, and calls again. After
   * it, the trial takes place.
   */
  recordSwitch(slot: number): void {
    if (slot === this.#runningSlot) throw new Error(`slot ${slot} runs already`);
    const own = this.#ensureOwnEntry();
    const other = otherSector(own);
    const entries = this.read();
    const sequence = nextSequence(entries[own].sequence, slot, this.#slotCount);
    const entry = entries[other];
    if (counts(entry) && entry.sequence === sequence && entry.state === otaState.new) return;
    this.#replace(other, entry, sequence, otaState.new);
  }

  /**
   * Ends the trial of `slot`: it boots from now on, as often as it likes. Done already, it does
   * nothing. `slot` may be the idle one: its confirmation was on record when the power failed.
   *
   * A cut before the commit point leaves the other slot's entry (on trial), or the running slot's:
   * that image boots, finds the record of the confirmation and calls this again. After it, `slot`
   * boots.
   */
  recordConfirmation(slot: number): void {
    if (slot === this.#runningSlot) this.#confirmRunning();
    else this.#confirmOther(slot);
  }

  /**
   * Gives up the running image: the next boot takes the other entry's slot. Without such an entry
   * it returns false and changes nothing.
   *
   * A cut within leaves no entry, or one on trial, for the running slot: the other one boots
   * nevertheless. Only otadata then does not show that the image gave itself up.
   */
  recordRollback(): boolean {
    const entries = this.read();
    const own = this.#sectorOf(this.#runningSlot, entries, counts);
    // Given up already, if the bootloader came here by falling back.
    if (own === undefined) return entries.some(counts);
    const fallback = entries[otherSector(own)];
    const isFallback = counts(fallback) && slotOf(fallback, this.#slotCount) !== this.#runningSlot;
    if (own !== activeSector(entries) || !isFallback) return false;
    const entry = entries[own];
    this.#replace(own, entry, entry.sequence, otaState.invalid);
    return true;
  }

  #confirmRunning(): void {
    const entries = this.read();
    let own = this.#sectorOf(this.#runningSlot, entries, counts);
    if (own !== undefined && isOnTrial(entries[own])) {
      const entry = entries[own];
      this.#replace(own, entry, entry.sequence, otaState.valid);
    } else {
      own = this.#ensureOwnEntry();
    }
    // If the bootloader came here by falling back, what it tried first is not to be tried again.
    const after = this.read();
    const other = otherSector(own);
    if (activeSector(after) === other) this.#clear(other, after[other]);
  }

  #confirmOther(slot: number): void {
    const found = this.read();
    const active = activeSector(found);
    if (active !== undefined && !isOnTrial(found[active])) {
      if (slotOf(found[active], this.#slotCount) === slot) return;
    }
    const own = this.#ensureOwnEntry();
    const other = otherSector(own);
    const entries = this.read();
    const sequence = nextSequence(entries[own].sequence, slot, this.#slotCount);
    this.#replace(other, entries[other], sequence, otaState.valid);
  }

  /** The sector of the slot's entry that matches, the one the bootloader would choose first. */
  #sectorOf(
    slot: number,
    entries: OtaEntries,
    matches: (entry: OtaEntry) => boolean,
  ): OtaSector | undefined {
    const first = activeSector(entries) ?? 0;
    return [first, otherSector(first)].find(
      (sector) => matches(entries[sector]) && slotOf(entries[sector], this.#slotCount) === slot,
    );
  }

  /**
   * The sector of the running slot's entry, which is made first if it is missing: when the
   * bootloader fell back to this slot by itself, or otadata was blank. Afterwards it counts, and
   * the other sector may be erased.
   *
   * The new entry goes into the sector that is not in force, with the greater sequence: a cut
   * leaves the choice that led here, or this one. When sequences run out, counting starts over:
   * the entry in force is then cleared second, and until then boots this slot as before.
   */
  #ensureOwnEntry(): OtaSector {
    const entries = this.read();
    const own = this.#sectorOf(this.#runningSlot, entries, counts);
    if (own !== undefined && isOnTrial(entries[own])) {
      throw new Error("the running image is on trial: its fall-back must stay");
    }
    if (own !== undefined && isCountable(entries[own])) return own;
    const active = activeSector(entries);
    const sector = active === undefined ? 0 : otherSector(active);
    const inForce = active === undefined ? undefined : entries[active];
    const startsAnew = inForce === undefined || !isCountable(inForce);
    const sequence = startsAnew
      ? this.#runningSlot + 1
      : nextSequence(inForce.sequence, this.#runningSlot, this.#slotCount);
    this.#replace(sector, entries[sector], sequence, otaState.valid);
    if (startsAnew && active !== undefined) this.#clear(active, entries[active]);
    return sector;
  }

  #clear(sector: OtaSector, entry: OtaEntry): void {
    if (isPresent(entry)) {
      this.#partition.write(new Uint8Array(4), sector * this.#sectorBytes + crcOffset);
    }
    this.#partition.eraseBlock(sector);
  }

  #replace(sector: OtaSector, entry: OtaEntry, sequence: number, state: number): void {
    this.#clear(sector, entry);
    // Commit point: the CRC is the last of the bytes that are programmed.
    this.#partition.write(encodeOtaEntry(sequence, state), sector * this.#sectorBytes);
  }
}

function otherSector(sector: OtaSector): OtaSector {
  return sector === 0 ? 1 : 0;
}

/** Nothing writes sequence 0, and ESP-IDF computes its slot in two ways. */
function isCountable({ sequence }: OtaEntry): boolean {
  return sequence > 0 && sequence <= sequenceTurn;
}

function isOnTrial({ state }: OtaEntry): boolean {
  return state === otaState.new || state === otaState.pendingVerify;
}
