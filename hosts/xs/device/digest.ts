// The digest port over the module "crypt" of the Moddable SDK: SHA-256 in C.

import { Digest as SDKDigest } from "crypt";
import type { Digest, OpenDigest } from "../../../src/ports/digest.js";

class SHA256 implements Digest {
  readonly #digest = new SDKDigest("SHA256");

  write(bytes: Uint8Array): void {
    // The C code reads any view of a buffer; the SDK's declaration knows only whole buffers.
    const view: unknown = bytes;
    this.#digest.write(view as ArrayBuffer);
  }

  close(): Uint8Array {
    return new Uint8Array(this.#digest.close());
  }
}

export const openDigest: OpenDigest = () => new SHA256();
