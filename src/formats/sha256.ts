// SHA-256 (FIPS 180-4) in plain arithmetic, behind the digest port: for hosts that have none of
// their own, and to hold theirs against. No state outside of a digest.

import type { Digest, OpenDigest } from "../ports/digest.js";

/** First 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const roundConstants: readonly number[] = Object.freeze(fractions(64, Math.cbrt));

/** The same of the square roots of the first 8. */
const initial: readonly number[] = Object.freeze(fractions(8, Math.sqrt));

const blockBytes = 64;
const lengthBytes = 8;

/** Starts a SHA-256. */
export const openSha256: OpenDigest = () => new Sha256();

class Sha256 implements Digest {
  readonly #state = Int32Array.from(initial);
  readonly #schedule = new Int32Array(64);
  readonly #block = new Uint8Array(blockBytes);
  #byteLength = 0;

  write(bytes: Uint8Array): void {
    let position = 0;
    let used = this.#byteLength % blockBytes;
    this.#byteLength += bytes.length;
    if (used > 0) {
      position = Math.min(blockBytes - used, bytes.length);
      this.#block.set(bytes.subarray(0, position), used);
      used += position;
      if (used < blockBytes) return;
      this.#mix(this.#block, 0);
    }
    for (; position + blockBytes <= bytes.length; position += blockBytes)
      this.#mix(bytes, position);
    this.#block.set(bytes.subarray(position));
  }

  close(): Uint8Array {
    const bits = this.#byteLength * 8;
    const used = this.#byteLength % blockBytes;
    this.#block.fill(0, used);
    this.#block[used] = 0x80;
    if (used + 1 > blockBytes - lengthBytes) {
      this.#mix(this.#block, 0);
      this.#block.fill(0);
    }
    const view = new DataView(this.#block.buffer);
    view.setUint32(blockBytes - 8, Math.floor(bits / 0x100000000));
    view.setUint32(blockBytes - 4, bits >>> 0);
    this.#mix(this.#block, 0);
    const digest = new Uint8Array(32);
    const out = new DataView(digest.buffer);
    this.#state.forEach((word, i) => {
      out.setInt32(i * 4, word);
    });
    return digest;
  }

  #mix(bytes: Uint8Array, offset: number): void {
    const w = this.#schedule;
    for (let i = 0; i < 16; i++) w[i] = readInt32(bytes, offset + i * 4);
    for (let i = 16; i < 64; i++) {
      const early = w[i - 15] ?? 0;
      const late = w[i - 2] ?? 0;
      const s0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
      const s1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
      w[i] = (w[i - 16] ?? 0) + s0 + (w[i - 7] ?? 0) + s1;
    }
    const state = this.#state;
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let i = 0; i < 64; i++) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const choice = (e & f) ^ (~e & g);
      const t1 = (h + s1 + choice + (roundConstants[i] ?? 0) + (w[i] ?? 0)) | 0;
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const majority = (a & b) ^ (a & c) ^ (b & c);
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + s0 + majority) | 0;
    }
    const worked = [a, b, c, d, e, f, g, h];
    for (let i = 0; i < 8; i++) state[i] = (state[i] ?? 0) + (worked[i] ?? 0);
  }
}

/** 32 bits behind the point of `root` of each of the first `count` primes. */
function fractions(count: number, root: (prime: number) => number): number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return primes.map((prime) => Math.floor((root(prime) % 1) * 0x100000000) | 0);
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function readInt32(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset] ?? 0) << 24) |
    ((bytes[offset + 1] ?? 0) << 16) |
    ((bytes[offset + 2] ?? 0) << 8) |
    (bytes[offset + 3] ?? 0)
  );
}
