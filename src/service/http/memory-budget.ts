// What all requests, or all replies, together may hold in memory. One that would exceed it is
// answered 503 at once: the service stays quick for the others, and never grows until the machine
// kills it.

import { Refusal } from "../errors.js";

export class MemoryBudget {
  readonly #bytesMax: number;
  #takenBytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get takenBytes(): number {
    return this.#takenBytes;
  }

  hasRoom(byteLength: number): boolean {
    return this.#takenBytes + byteLength <= this.#bytesMax;
  }

  /** Runs `use` with `byteLength` bytes of the budget; refuses with `overloaded` if it has less. */
  async hold<Result>(byteLength: number, use: () => Promise<Result>): Promise<Result> {
    if (!this.hasRoom(byteLength)) throw new Refusal("overloaded");
    this.#takenBytes += byteLength;
    try {
      return await use();
    } finally {
      this.#takenBytes -= byteLength;
    }
  }
}
