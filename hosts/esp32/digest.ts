// The digest port over the SHA-256 of the SDK's C library, called through the foreign function
// interface: one file of C, and no more. The SDK's module "crypt" would have AES, DES, MD5 and ChaCha
// linked, too, 18 KB that nothing calls.
//
// ESP-IDF's own SHA-256 is not taken. Since version 6.0 it is reached through PSA only, which keeps
// the state of a digest in the C heap, and on the ESP32 the hardware with it, until the digest is
// finished or aborted. A digest that is dropped, as that of a download that ends early, is neither.

import type FFI from "mc/ffi";
import type { Digest, OpenDigest } from "../../src/ports/digest.js";

/** What of the SDK's fips180.c is called here. */
export type DigestFunctions = Pick<FFI, "sha256_create" | "sha256_update" | "sha256_fin">;

/** struct sha256: its length, eight words of state, a block. It may move in memory between calls. */
const stateBytes = 8 + 8 * 4 + 64;
const digestBytes = 32;
/** Blocks of SHA-256 that are copied at once. */
const scratchBytes = 4 * 64;

/** All digests share one small buffer: a pointer crosses to C as a whole buffer, not as a view. */
export function digestOpener(ffi: DigestFunctions): OpenDigest {
  const scratch = new Uint8Array(scratchBytes);
  return () => new SHA256(ffi, scratch);
}

class SHA256 implements Digest {
  readonly #ffi: DigestFunctions;
  readonly #scratch: Uint8Array<ArrayBuffer>;
  readonly #state = new ArrayBuffer(stateBytes);

  constructor(ffi: DigestFunctions, scratch: Uint8Array<ArrayBuffer>) {
    this.#ffi = ffi;
    this.#scratch = scratch;
    ffi.sha256_create(this.#state);
  }

  write(bytes: Uint8Array): void {
    if (bytes.byteOffset === 0) {
      this.#ffi.sha256_update(this.#state, bytes.buffer as ArrayBuffer, bytes.length);
      return;
    }
    const scratch = this.#scratch;
    for (let at = 0; at < bytes.length; at += scratchBytes) {
      const piece = bytes.subarray(at, at + scratchBytes);
      scratch.set(piece);
      this.#ffi.sha256_update(this.#state, scratch.buffer, piece.length);
    }
  }

  close(): Uint8Array {
    const digest = new ArrayBuffer(digestBytes);
    this.#ffi.sha256_fin(this.#state, digest);
    return new Uint8Array(digest);
  }
}
