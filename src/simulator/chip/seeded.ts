// Pseudo-random numbers from a seed (Mulberry32): the same seed gives the same run on any machine.
// For padding, power cuts and tests; not for secrets.

/** Numbers in [0, 1), the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
  };
}

export function seededBytes(seed: number, byteLength: number): Uint8Array {
  const random = seededRandom(seed);
  const bytes = new Uint8Array(byteLength);
  for (let index = 0; index < byteLength; index += 1) bytes[index] = random() * 256;
  return bytes;
}
