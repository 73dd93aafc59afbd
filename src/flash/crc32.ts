// CRC-32 as Espressif's ROM computes it for NVS and otadata: the reflected polynomial EDB88320
// (ISO-HDLC), but started from 0 where zlib starts from FFFFFFFF, and complemented at the end.
// In zlib's words it is `zlib.crc32(data, 0xFFFFFFFF)`.

/** One step of four bits. Sixteen entries, not 256: plain numbers that cost the chip 256 bytes. */
const table: readonly number[] = Object.freeze([
  0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
  0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
]);

/**
 * The CRC of `bytes` from `start` up to, not including, `end`, as an unsigned 32-bit number.
 * `previous` is the CRC of the bytes before: `crc32(b, 0, b.length, crc32(a))` is that of a then b.
 */
export function crc32(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
  previous = 0xffffffff,
): number {
  let crc = ~previous;
  for (let i = start; i < end; i += 1) {
    crc ^= bytes[i] ?? 0;
    crc = (crc >>> 4) ^ (table[crc & 15] ?? 0);
    crc = (crc >>> 4) ^ (table[crc & 15] ?? 0);
  }
  return ~crc >>> 0;
}
