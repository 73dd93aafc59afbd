// Application images: what the agent accepts, in whatever slices, the simulated chip's boot loader,
// written apart, starts; what it starts, the agent accepts; and the head says the same in pieces.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { esp32, verifyBootImage } from "../../../src/formats/boot/boot-image.js";
import type * as errors from "../../../src/flash/app-image-error.js";
import type * as heads from "../../../src/flash/app-image-head.js";
import type * as verifiers from "../../../src/flash/app-image-verify.js";
import { writeAppImage } from "../../../src/formats/app-image/app-image-writer.js";
import { openSha256 as openDigest } from "../../../hosts/node/digest.js";
import { describeApp } from "../../../test/support/app-descriptor.js";
import { NorFlash } from "../../../test/support/nor-flash.js";
import { errorOf, type Target } from "../target.js";

const slotBytes = 4096;
const headerBytes = 24;
const segmentHeaderBytes = 8;
const rowBytes = 16;
const digestBytes = 32;
const chip = { chipId: esp32.id, revision: esp32.revision };

function image(...dataBytes: readonly number[]): Uint8Array {
  return writeAppImage({
    chipId: 0,
    entryAddress: 0x40080000,
    segments: dataBytes.map((length, index) => ({
      loadAddress: index === 0 ? 0x3f400020 : 0x3ffb0000 + index * 0x100,
      data: new Uint8Array(length).fill(index),
    })),
    descriptor: describeApp("lamp-sim", "1.1.0"),
    openDigest,
  });
}

export const appImage: Target = {
  name: "app-image",
  bytesMax: slotBytes,
  tokens: [
    [0xe9],
    [0x32, 0x54, 0xcd, 0xab],
    [0x20, 0, 0x40, 0x3f, 4, 0, 0, 0, 1, 2, 3, 4],
    [0, 0, 0xfb, 0x3f, 4, 0, 0, 0, 1, 2, 3, 4],
    [4, 0, 0, 0],
    [0, 0, 0, 1],
  ].map((bytes) => Uint8Array.from(bytes)),
  seeds: () => [image(16), image(64, 32, 4)],
  /** Checksum and digest, where the segments as they are say that they stand. */
  repair(input) {
    const bytes = Buffer.from(input.slice());
    if (bytes.length < headerBytes) return input;
    let at = headerBytes;
    let checksum = 0xef;
    for (let left = bytes[1] ?? 0; left > 0; left -= 1) {
      if (at + segmentHeaderBytes > bytes.length) return input;
      const end = at + segmentHeaderBytes + bytes.readUInt32LE(at + 4);
      if (end > bytes.length) return input;
      for (const byte of bytes.subarray(at + segmentHeaderBytes, end)) checksum ^= byte;
      at = end;
    }
    const end = at + rowBytes - (at % rowBytes);
    const whole = Buffer.concat([
      bytes,
      Buffer.alloc(Math.max(0, end + digestBytes - bytes.length)),
    ]);
    whole[end - 1] = checksum;
    whole.set(createHash("sha256").update(whole.subarray(0, end)).digest(), end);
    return new Uint8Array(whole);
  },
  async open(load) {
    const { SlotVerifier } = await load<typeof verifiers>("flash/app-image-verify.js");
    const { AppImageHeadReader } = await load<typeof heads>("flash/app-image-head.js");
    const { AppImageError } = await load<typeof errors>("flash/app-image-error.js");

    function verdictOf(flash: NorFlash, sliceBytes: number): string {
      let verdict = "";
      const refusal = errorOf(() => {
        const scratch = new Uint8Array(sliceBytes);
        const verifier = new SlotVerifier(flash, { chip, openDigest, scratch });
        let found = verifier.step();
        while (found === undefined) found = verifier.step();
        verdict = JSON.stringify(found.image);
      }, AppImageError);
      return refusal?.message ?? verdict;
    }

    function headOf(input: Uint8Array, step: number): string {
      const reader = new AppImageHeadReader(chip);
      const refusal = errorOf(() => {
        for (let at = 0; at < input.length; at += step) reader.write(input.subarray(at, at + step));
      }, AppImageError);
      return refusal?.message ?? JSON.stringify(reader.head);
    }

    return (input) => {
      const content = new Uint8Array(slotBytes).fill(0xff);
      content.set(input);
      const flash = NorFlash.of(content);
      const verdict = verdictOf(flash, 256);
      assert.equal(verdictOf(flash, 52), verdict, "in other slices");
      const boot = verifyBootImage(
        flash,
        { offset: 0, size: slotBytes },
        { chip: esp32, openDigest },
      );
      if ("problem" in boot) assert.ok(!verdict.startsWith("{"), `accepted, but ${boot.problem}`);
      else {
        assert.ok(verdict.startsWith("{"), `the boot loader starts it, but ${verdict}`);
        const { byteLength } = JSON.parse(verdict) as { byteLength: number };
        assert.equal(byteLength, boot.byteLength);
      }
      assert.equal(headOf(input, 5), headOf(input, Infinity), "a head in pieces");
    };
  },
  plant: {
    module: "flash/app-image-stream.js",
    find: 'this.#state = "end";',
    replace:
      'this.#state = "end"; if (this.#descriptor === undefined && this.#segments.length > 0' +
      " && !isMapped(this.#mapping, this.#segments[0].loadAddress))" +
      ' throw new Error("planted");',
    from: image(16),
  },
};
