// The flash file under a program that runs in this process: counts what is done to it, boot loader
// included, and cuts the power where it is due, as the engine's flash-image.c does. Without power
// every call throws.

import type { FlashPartition, FlashStatus } from "../../ports/flash.js";
import { type FlashFile, PowerFailure } from "./flash-file.js";
import type { PowerCut } from "./power-cut.js";

/** Slots begin here: what is programmed from here on counts for `slot-bytes`. */
const slotsOffset = 0x20000;

/** The flash file with the cut that is due. */
export class CuttingFlash implements FlashPartition {
  readonly #file: FlashFile;
  #cut: PowerCut | undefined;
  #operations = 0;
  #slotBytes = 0;
  #recordBytes = 0;
  hasPower = true;
  readonly #onCut: () => void;

  /** @param onCut called once for each cut, before the operation throws */
  constructor(file: FlashFile, onCut: () => void) {
    this.#file = file;
    this.#onCut = onCut;
  }

  get blocksErased(): number {
    return this.#file.blocksErased;
  }

  arm(cut: PowerCut | undefined): void {
    this.hasPower = true;
    this.#cut = cut;
    this.#operations = 0;
    this.#slotBytes = 0;
    this.#recordBytes = 0;
  }

  read(buffer: Uint8Array, byteOffset: number): void {
    this.#demandPower();
    this.#file.read(buffer, byteOffset);
  }

  write(buffer: Uint8Array, byteOffset: number): void {
    this.#demandPower();
    const isInSlot = byteOffset >= slotsOffset;
    const allowed = this.#allowed(buffer.length, isInSlot);
    if (isInSlot) this.#slotBytes += allowed;
    else this.#recordBytes += allowed;
    if (allowed < buffer.length) {
      this.#losePower();
      this.#file.tearWrite(buffer, byteOffset, allowed);
    }
    this.#file.write(buffer, byteOffset);
  }

  eraseBlock(first: number, end = first + 1): void {
    this.#demandPower();
    for (let block = first; block < end; block += 1) {
      if (this.#allowed(1, undefined) === 0) {
        this.#losePower();
        this.#file.tearErase(block);
      }
      this.#file.eraseBlock(block);
    }
  }

  status(): FlashStatus {
    return this.#file.status();
  }

  close(): void {
    this.#file.close();
  }

  /** Units of the operation that still get done. An erase is in no slot, and in no record. */
  #allowed(byteLength: number, isInSlot: boolean | undefined): number {
    this.#operations += 1;
    const cut = this.#cut;
    if (cut?.at === "operation" && this.#operations >= cut.count) {
      return Math.floor(byteLength / 2);
    }
    let left = byteLength;
    if (cut?.at === "slot-bytes" && isInSlot === true) left = cut.count - this.#slotBytes;
    if (cut?.at === "record-bytes" && isInSlot === false) left = cut.count - this.#recordBytes;
    return Math.min(byteLength, Math.max(0, left));
  }

  #demandPower(): void {
    if (!this.hasPower) throw new PowerFailure("the power is off");
  }

  #losePower(): void {
    this.#cut = undefined;
    this.hasPower = false;
    this.#onCut();
  }
}
