// What all requests together may hold in memory. A request that would exceed it is answered 503 at
// once: the service stays quick for the others, and never grows until the machine kills it.

import { Refusal } from "./errors.js";

export class MemoryBudget {
  #takenBytes = 0;

  constructor(private readonly bytesMax: number) {}

  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** Runs `use` with `byteLength` bytes of the budget; refuses with `overloaded` if it has less. */
  async hold<Result>(byteLength: number, use: () => Promise<Result>): Promise<Result> {
    if (this.#takenBytes + byteLength > this.bytesMax) throw new Refusal("overloaded");
    this.#takenBytes += byteLength;
    try {
      return await use();
    } finally {
      this.#takenBytes -= byteLength;
    }
  }
}
