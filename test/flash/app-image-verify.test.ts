import assert from "node:assert/strict";
import { createHash } from "node:crypto";

import fc from "fast-check";

import { AppImageError, type AppImageErrorKind } from "../../src/flash/app-image-error.js";
import { AppImageStream, type AppImageSummary } from "../../src/flash/app-image-stream.js";
import {
  type SlotVerdict,
  SlotVerifier,
  type SlotVerifierOptions,
} from "../../src/flash/app-image-verify.js";
import { openSha256 } from "../../hosts/node/digest.js";
import type { FlashPartition } from "../../src/ports/flash.js";
import { NorFlash } from "../support/nor-flash.js";
import { attempt, damagedImages, goodImages, type ImageCase, inSlot } from "./app-image-cases.js";

/** What ESP-IDF logs for each of our kinds. */
const kindsByLog: readonly (readonly [RegExp, AppImageErrorKind])[] = [
  [/invalid magic byte/, "magic"],
  [/mismatch chip ID/, "chip-id"],
  [/chip revision check failed/, "chip-revision"],
  [/efuse blk rev/, "efuse-block-revision"],
  [/segment count/, "segment-count"],
  [/segment length|too short for app desc/, "segment-length"],
  [/doesn't match data/, "segment-address"],
  [/mmap.* failed|doesn't fit in partition/, "byte-length"],
  [/Checksum failed/, "checksum"],
  [/hash failed/, "digest"],
];

const openDigest = openSha256;
const scratch = new Uint8Array(4096);

function verify(
  partition: FlashPartition,
  options: Partial<SlotVerifierOptions>,
  bytesMax?: number,
): SlotVerdict | AppImageError {
  return attempt(() => {
    const verifier = new SlotVerifier(partition, { openDigest, scratch, ...options });
    for (;;) {
      const verdict = verifier.step(bytesMax);
      if (verdict !== undefined) return verdict;
    }
  });
}

function streamed(
  { identity }: ImageCase,
  pieces: readonly Uint8Array[],
): AppImageSummary | AppImageError | undefined {
  const byteLengthMax = pieces.reduce((sum, { length }) => sum + length, 0);
  return attempt(() => {
    const stream = new AppImageStream({ chip: identity, openDigest, byteLengthMax });
    for (const piece of pieces) stream.write(piece);
    return stream.summary;
  });
}

function split(bytes: Uint8Array, ends: readonly number[]): Uint8Array[] {
  const sorted = [0, ...ends.map((end) => end % (bytes.length + 1)), bytes.length];
  sorted.sort((a, b) => a - b);
  return sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end));
}

function good(condition: (image: ImageCase) => boolean): ImageCase {
  const found = goodImages.find(condition);
  assert.ok(found);
  return found;
}

describe("verification of a slot", () => {
  for (const image of [...goodImages, ...damagedImages]) {
    const { file, change = "a good image", idf } = image;

    it(`judges ${file} as ESP-IDF does: ${change}`, () => {
      const slot = NorFlash.of(inSlot(image.bytes), { readOnly: true });
      const verdict = verify(slot, { chip: image.identity });
      if (idf.result === "ESP_OK") {
        if (verdict instanceof AppImageError) assert.fail(verdict.message);
        assert.equal(verdict.image.byteLength, idf.image_len);
        assert.equal(verdict.image.descriptor?.version ?? null, idf.version);
      } else {
        assert.ok(verdict instanceof AppImageError, "ESP-IDF refuses it");
        const [, kind] = kindsByLog.find(([log]) => log.test(idf.log)) ?? [];
        if (kind !== undefined) assert.equal(verdict.kind, kind, verdict.message);
      }
    });
  }

  it("reads no more than it is told to, each byte once, and nothing behind the image", () => {
    const { bytes, identity } = good(() => true);
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 5000 }), (bytesMax) => {
        const slot = NorFlash.of(inSlot(bytes, 0x20000), { readOnly: true });
        const verifier = new SlotVerifier(slot, { chip: identity, openDigest, scratch });
        const sliceBytes = Math.min(bytesMax, scratch.length);
        let steps = 0;
        for (let verdict; verdict === undefined; verdict = verifier.step(bytesMax)) steps++;
        assert.equal(steps, Math.ceil(bytes.length / sliceBytes));
        assert.equal(slot.counts.reads, steps);
        assert.equal(slot.counts.readBytes, steps * sliceBytes);
      }),
      { numRuns: 30 },
    );
  });

  it("says the same again once it is done", () => {
    const { bytes, identity } = good(() => true);
    const slot = NorFlash.of(inSlot(bytes, 0x20000));
    const verifier = new SlotVerifier(slot, { chip: identity, openDigest, scratch });
    let verdict: SlotVerdict | undefined;
    while (verdict === undefined) verdict = verifier.step();
    slot.close();
    assert.equal(verifier.step(), verdict);
  });

  it("makes the SHA-256 of the whole content, what follows the image included", () => {
    const { bytes } = good(() => true);
    for (const trailing of [0, 1, 100, 9000]) {
      const content = Buffer.concat([bytes, Buffer.alloc(trailing, 0xa5)]);
      const slot = NorFlash.of(inSlot(content, 0x20000));
      const verdict = verify(slot, { contentBytes: content.length });
      if (verdict instanceof AppImageError) assert.fail(verdict.message);
      const expected = createHash("sha256").update(content).digest();
      assert.deepEqual(Buffer.from(verdict.contentSha256 ?? []), expected);
      assert.equal(verdict.image.byteLength, bytes.length);
    }
  });

  it("refuses an image that ends behind the content or the slot", () => {
    const { bytes, identity } = good(({ bytes: { length } }) => length > 0x10000);
    const short = NorFlash.of(bytes.subarray(0, 0x10000));
    const whole = NorFlash.of(inSlot(bytes));
    const cases: readonly [NorFlash, Partial<SlotVerifierOptions>][] = [
      [short, {}],
      [whole, { contentBytes: bytes.length - 1 }],
      [whole, { contentBytes: 0 }],
      [short, { contentBytes: bytes.length }],
    ];
    for (const [slot, options] of cases) {
      const verdict = verify(slot, { chip: identity, ...options });
      assert.ok(verdict instanceof AppImageError);
      assert.equal(verdict.kind, "byte-length");
    }
  });

  it("refuses a slot larger than 16 MiB, as ESP-IDF does", () => {
    const { bytes } = good(() => true);
    const slot = NorFlash.of(inSlot(bytes, 0x20000));
    const large = (size: number): FlashPartition => ({
      read: (buffer, byteOffset) => slot.read(buffer, byteOffset),
      write: () => assert.fail(),
      eraseBlock: () => assert.fail(),
      status: () => ({ size, blockLength: 4096, blocks: size / 4096 }),
      close: () => undefined,
    });
    assert.ok(!(verify(large(0x1000000), {}) instanceof AppImageError));
    assert.ok(verify(large(0x1001000), {}) instanceof AppImageError);
  });
});

describe("application image as a stream", () => {
  it("is judged the same however its bytes arrive", () => {
    const images = [...goodImages, ...damagedImages].filter(
      ({ bytes: { length } }) => length < 1e4,
    );
    const ends = fc.array(fc.nat(10_000), { maxLength: 40 });
    fc.assert(
      fc.property(fc.constantFrom(...images), ends, (image, at) => {
        assert.deepEqual(streamed(image, split(image.bytes, at)), streamed(image, [image.bytes]));
      }),
      { numRuns: 60 },
    );
  });

  it("is judged the same byte by byte, and at any place in memory", () => {
    const { bytes, ...image } = good(() => true);
    const expected = streamed({ bytes, ...image }, [bytes]);
    const single = split(bytes, [...bytes.keys()]);
    assert.deepEqual(streamed({ bytes, ...image }, single), expected);
    for (const shift of [1, 2, 3]) {
      const moved = Buffer.concat([Buffer.alloc(shift), bytes]).subarray(shift);
      assert.deepEqual(streamed({ bytes, ...image }, [moved]), expected);
    }
  });

  it("lets no change of a byte pass if a SHA-256 is appended", () => {
    const image = good(({ file }) => !file.includes("nohash"));
    // Turning this byte off says that there is no SHA-256 to check.
    const hashAppendedOffset = 23;
    const change = fc.record({
      at: fc.nat(image.bytes.length - 1).filter((at) => at !== hashAppendedOffset),
      xor: fc.integer({ min: 1, max: 255 }),
    });
    fc.assert(
      fc.property(change, ({ at, xor }) => {
        const changed = Buffer.from(image.bytes);
        changed[at] = (changed[at] ?? 0) ^ xor;
        const slot = NorFlash.of(inSlot(changed, 0x20000));
        assert.ok(verify(slot, { chip: image.identity }) instanceof AppImageError);
      }),
      { numRuns: 60 },
    );
  });

  it("throws nothing but its own error, whatever the bytes", () => {
    const header = Uint8Array.from(good(() => true).bytes.subarray(0, 24));
    const garbage = fc.uint8Array({ maxLength: 600 }).map((rest) => {
      return Buffer.concat([header, rest]);
    });
    fc.assert(
      fc.property(fc.oneof(garbage, fc.uint8Array({ maxLength: 600 })), (bytes) => {
        attempt(() => {
          new AppImageStream({ openDigest, byteLengthMax: bytes.length }).write(bytes);
        });
      }),
    );
  });

  it("ends with a verdict, or an error, when all bytes it may have are there", () => {
    const image = good(() => true);
    for (let length = 0; length < image.bytes.length; length += 97) {
      const verdict = streamed(image, [image.bytes.subarray(0, length)]);
      assert.ok(verdict instanceof AppImageError, `${length} bytes`);
      assert.equal(verdict.kind, "byte-length");
    }
  });
});
