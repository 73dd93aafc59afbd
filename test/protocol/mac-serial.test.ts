// Serial numbers made of numbers, in the formats of a model's ranges (S-31).

import assert from "node:assert/strict";
import { formatSerial, macSerial, type SerialFormat } from "../../src/protocol/mac-serial.js";

const address = Uint8Array.of(0x00, 0x1b, 0x44, 0x11, 0x3a, 0xb7);

describe("macSerial", () => {
  const serials: [format: SerialFormat, serial: string][] = [
    [{ format: "mac:48" }, "00:1b:44:11:3a:b7"],
    [{ format: "mac:48", length: null, casing: "upper" }, "00:1B:44:11:3A:B7"],
    [{ format: "mac-48", casing: "upper" }, "00-1B-44-11-3A-B7"],
    [{ format: "mac-48", casing: "lower" }, "00-1b-44-11-3a-b7"],
    [{ format: "mac.48", casing: "upper" }, "001B.4411.3AB7"],
    [{ format: "mac.48", casing: null }, "001b.4411.3ab7"],
    [{ format: "base16" }, "1b44113ab7"],
    [{ format: "base16", length: 12 }, "001b44113ab7"],
    [{ format: "base16", length: 16, casing: "upper" }, "0000001B44113AB7"],
    [{ format: "base10" }, "117106096823"],
    [{ format: "base10", length: 15, casing: null }, "000117106096823"],
  ];
  for (const [format, serial] of serials) {
    it(`writes ${serial} for ${JSON.stringify(format)}`, () => {
      assert.equal(macSerial(address, format), serial);
    });
  }

  it("is exact up to the last address", () => {
    const last = new Uint8Array(6).fill(0xff);
    assert.equal(macSerial(last, { format: "base10" }), "281474976710655");
    assert.equal(macSerial(last, { format: "mac:48" }), "ff:ff:ff:ff:ff:ff");
  });

  it("takes an address of another length for a bug", () => {
    assert.throws(() => macSerial(address.subarray(1), { format: "base16" }), /6 bytes, got 5/);
  });
});

describe("formatSerial", () => {
  it("gives the bounds of the range in exoline's documentation", () => {
    const format: SerialFormat = { format: "mac:48", length: null, casing: "upper" };
    assert.equal(formatSerial(1108152157440, format), "01:02:03:04:05:00");
    assert.equal(formatSerial(1108152157695, format), "01:02:03:04:05:FF");
  });

  it("fills up, and never cuts off", () => {
    assert.equal(formatSerial(1, { format: "base16", length: 8 }), "00000001");
    assert.equal(formatSerial(255, { format: "base16", length: 1, casing: "upper" }), "FF");
    assert.equal(formatSerial(0, { format: "base10" }), "0");
  });
});
