// A flash that takes the time that NOR takes: `onBusy` hears of each operation how long it lasts.

import type { FlashTimes } from "../../src/formats/flash/flash-times.js";
import type { FlashPartition, FlashStatus } from "../../src/ports/flash.js";

export class TimedFlash implements FlashPartition {
  readonly #flash: FlashPartition;
  readonly #times: FlashTimes;
  readonly #onBusy: (durationMs: number) => void;

  constructor(flash: FlashPartition, times: FlashTimes, onBusy: (durationMs: number) => void) {
    this.#flash = flash;
    this.#times = times;
    this.#onBusy = onBusy;
  }

  read(buffer: Uint8Array, byteOffset: number): void {
    this.#flash.read(buffer, byteOffset);
  }

  write(buffer: Uint8Array, byteOffset: number): void {
    this.#flash.write(buffer, byteOffset);
    this.#onBusy(this.#times.programMs(byteOffset, buffer.length));
  }

  eraseBlock(first: number, end = first + 1): void {
    this.#flash.eraseBlock(first, end);
    this.#onBusy(this.#times.eraseMs(first, end));
  }

  status(): FlashStatus {
    return this.#flash.status();
  }

  close(): void {
    this.#flash.close();
  }
}
