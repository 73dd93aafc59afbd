// What all requests, or all replies, together may hold in memory. What would exceed it is answered
// 503 at once: the service stays quick for the others, and never grows until the machine kills it.
//
// Bytes are charged when they are there, not when they are announced, and to the key that holds
// them. No key gets more than is left for all others, so one alone may hold half of the memory,
// two a third each, and there is always some for the next. Small bodies and replies count for
// nothing: they are answered however much others hold.

import { Refusal } from "../errors.js";

/** Whose memory it is. */
export interface Holder {
  /** A client's RID; of somebody without a key the address. */
  readonly name: string;
  /** A device, or another client that is no vendor: it has a bound of its own. */
  readonly isDevice: boolean;
}

export class MemoryBudget {
  readonly #bytesMax: number;
  readonly #deviceBytesMax: number;
  readonly #heldBytes = new Map<string, number>();
  #takenBytes = 0;

  /** `deviceBytesMax`: what one device may hold at most, all its connections together. */
  constructor(bytesMax: number, deviceBytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#deviceBytesMax = deviceBytesMax;
  }

  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** Opens what one request or reply of `holder` holds: nothing yet. */
  open(holder: Holder): Holding {
    return new Holding((byteLength) => this.#take(holder, byteLength));
  }

  /** False if there is no room. A negative number gives back. */
  #take({ name, isDevice }: Holder, byteLength: number): boolean {
    const held = (this.#heldBytes.get(name) ?? 0) + byteLength;
    const taken = this.#takenBytes + byteLength;
    const ownMax = isDevice ? this.#deviceBytesMax : Infinity;
    if (byteLength > 0 && held > Math.min(this.#bytesMax - taken, ownMax)) return false;
    this.#takenBytes = taken;
    if (held === 0) this.#heldBytes.delete(name);
    else this.#heldBytes.set(name, held);
    return true;
  }
}

/** What one request or reply holds. */
export class Holding {
  readonly #take: (byteLength: number) => boolean;
  #byteLength = 0;

  constructor(take: (byteLength: number) => boolean) {
    this.#take = take;
  }

  /** Holds `byteLength` bytes from now on. False, and no change, if there is no room for more. */
  resize(byteLength: number): boolean {
    if (!this.#take(byteLength - this.#byteLength)) return false;
    this.#byteLength = byteLength;
    return true;
  }

  /** As `resize`; refuses with `overloaded`. */
  need(byteLength: number): void {
    if (!this.resize(byteLength)) throw new Refusal("overloaded");
  }

  /** Gives all back. May be called twice. */
  release(): void {
    this.resize(0);
  }
}
