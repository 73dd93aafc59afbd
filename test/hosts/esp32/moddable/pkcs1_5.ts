// The SDK's RSA signatures: good if the key is the one that the signature names.

import { modulus } from "./x509.js";

export default class FakePKCS1 {
  readonly #modulus: bigint;

  constructor(key: { readonly modulus: bigint }) {
    this.#modulus = key.modulus;
  }

  verify(_digest: ArrayBuffer, signature: string): boolean {
    return modulus(signature) === this.#modulus;
  }
}
