// MD5 (RFC 1321) of bytes that are all there: the checksum of partition tables. It guards against
// accidents, not against people.

/** Rotations of the four rounds, four a round. */
const rotations = Object.freeze([7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]);

const initial = Object.freeze([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]);

/** 32 bits of the sine of 1, 2, ... radians, one a step. */
const sines = Object.freeze(
  Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 0x100000000)),
);

const blockBytes = 64;

/** The 16 bytes of the digest. */
export function md5(bytes: Uint8Array): Uint8Array {
  const padded = pad(bytes);
  const state = Int32Array.from(initial);
  const words = new Int32Array(16);
  for (let offset = 0; offset < padded.length; offset += blockBytes) {
    for (let i = 0; i < 16; i++) words[i] = readInt32(padded, offset + i * 4);
    mixBlock(state, words);
  }
  const digest = new Uint8Array(16);
  for (let i = 0; i < 16; i++) digest[i] = (state[i >> 2] ?? 0) >>> ((i & 3) * 8);
  return digest;
}

/** Adds a bit, zeros, and the length in bits, up to whole blocks. */
function pad(bytes: Uint8Array): Uint8Array {
  const lengthBytes = 8;
  const blocks = Math.floor((bytes.length + lengthBytes) / blockBytes) + 1;
  const padded = new Uint8Array(blocks * blockBytes);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  let bits = bytes.length * 8;
  for (let i = padded.length - lengthBytes; bits > 0; i++) {
    padded[i] = bits % 256;
    bits = Math.floor(bits / 256);
  }
  return padded;
}

function mixBlock(state: Int32Array, words: Int32Array): void {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (let i = 0; i < 64; i++) {
    const round = i >> 4;
    const sum = a + mix(round, b, c, d) + (sines[i] ?? 0) + (words[wordOf(round, i)] ?? 0);
    const bits = rotations[round * 4 + (i & 3)] ?? 0;
    const rotated = (sum << bits) | ((sum | 0) >>> (32 - bits));
    a = d;
    d = c;
    c = b;
    b = (b + rotated) | 0;
  }
  state[0] = (state[0] ?? 0) + a;
  state[1] = (state[1] ?? 0) + b;
  state[2] = (state[2] ?? 0) + c;
  state[3] = (state[3] ?? 0) + d;
}

function mix(round: number, b: number, c: number, d: number): number {
  if (round === 0) return (b & c) | (~b & d);
  if (round === 1) return (b & d) | (c & ~d);
  if (round === 2) return b ^ c ^ d;
  return c ^ (b | ~d);
}

function wordOf(round: number, i: number): number {
  if (round === 0) return i;
  if (round === 1) return (5 * i + 1) & 15;
  if (round === 2) return (3 * i + 5) & 15;
  return (7 * i) & 15;
}

function readInt32(bytes: Uint8Array, offset: number): number {
  let word = 0;
  for (let i = 3; i >= 0; i--) word = (word << 8) | (bytes[offset + i] ?? 0);
  return word;
}
