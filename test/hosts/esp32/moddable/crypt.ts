// The SDK's digests.

import { createHash, type Hash } from "node:crypto";

export class Digest {
  readonly #hash: Hash;

  constructor(type: string) {
    this.#hash = createHash(type);
  }

  write(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  close(): ArrayBuffer {
    return new Uint8Array(this.#hash.digest()).buffer;
  }
}
