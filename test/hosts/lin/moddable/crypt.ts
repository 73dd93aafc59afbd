// The SDK's SHA-256.

import { createHash } from "node:crypto";

export class Digest {
  readonly #hash = createHash("sha256");

  write(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  close(): ArrayBuffer {
    return new Uint8Array(this.#hash.digest()).buffer;
  }
}
