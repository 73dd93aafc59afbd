import assert from "node:assert/strict";
import { crc32 as zlibCrc32 } from "node:zlib";

import fc from "fast-check";

import { crc32 } from "../../src/flash/crc32.js";

describe("crc32", () => {
  it("is zlib's CRC-32 continued from FFFFFFFF", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        assert.equal(crc32(bytes), zlibCrc32(bytes, 0xffffffff));
      }),
    );
  });

  it("is computed piece by piece, and within a larger buffer", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
        const middle = Math.min(cut, bytes.length);
        const first = crc32(bytes, 0, middle);
        assert.equal(crc32(bytes, middle, bytes.length, first), crc32(bytes));
      }),
    );
  });

  it("knows the value of the page header that Espressif's tools write first", () => {
    // Sequence number 0, version FE, 19 bytes FF; stored as b9ba2d84 in every fresh partition.
    const header = new Uint8Array(24).fill(0xff);
    header.fill(0, 0, 4);
    header[4] = 0xfe;
    assert.equal(crc32(header), 0xb9ba2d84);
  });
});
