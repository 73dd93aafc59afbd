// A boot loader as a file: the frame that Espressif's has, with nothing useful in it.

import { createHash } from "node:crypto";

/** An image for `chipId` with two segments: a tiny one, as old ones begin, and one of `byteLength`. */
export function makeBootLoader(chipId: number, byteLength = 400): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt8(0xe9, 0);
  header.writeUInt8(2, 1);
  header.writeUInt32LE(0x403ce000, 4);
  header.writeUInt16LE(chipId, 12);
  header.writeUInt8(1, 23);
  const segments = [Buffer.from([1, 2, 3, 4]), Buffer.alloc(byteLength, 0x5a)].map((data) => {
    const segment = Buffer.alloc(8);
    segment.writeUInt32LE(0x3fcd6000, 0);
    segment.writeUInt32LE(data.length, 4);
    return { segment, data };
  });
  const body = Buffer.concat([header, ...segments.flatMap(({ segment, data }) => [segment, data])]);
  const checksum = segments
    .flatMap(({ data }) => [...data])
    .reduce((sum, byte) => sum ^ byte, 0xef);
  const row = Buffer.alloc(16 - (body.length % 16));
  row[row.length - 1] = checksum;
  const image = Buffer.concat([body, row]);
  return Buffer.concat([image, createHash("sha256").update(image).digest()]);
}
