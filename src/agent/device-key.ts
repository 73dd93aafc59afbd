// The device's key (CIK), as it is used and as it is stored. The service gives it out once: a key
// that flash has no room for is used, and stored as soon as there is.

import type { Platform } from "../ports/platform.js";
import type { Records } from "./slots/records.js";

export class DeviceKey {
  readonly #platform: Platform;
  readonly #records: Records;
  #cik: string | undefined;
  #isUnsaved = false;

  constructor(platform: Platform, records: Records) {
    this.#platform = platform;
    this.#records = records;
  }

  get cik(): string | undefined {
    return this.#cik;
  }

  /** Reads what is stored, unless a newer one waits to be. */
  load(): void {
    if (!this.#isUnsaved) this.#cik = this.#records.readCik();
  }

  /** Commit point: the service has given it out. */
  accept(cik: string): void {
    this.#cik = cik;
    this.#isUnsaved = true;
    this.save();
  }

  /** False if it is still not stored. */
  save(): boolean {
    if (!this.#isUnsaved || this.#cik === undefined) return true;
    try {
      this.#records.writeCik(this.#cik);
      this.#isUnsaved = false;
      return true;
    } catch (error) {
      this.#platform.log(`the CIK could not be stored: ${String(error)}`);
      return false;
    }
  }
}
