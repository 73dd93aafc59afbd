import assert from "node:assert/strict";

import fc from "fast-check";

import {
  type AppDescriptor,
  appDescriptorBytes,
  decodeAppDescriptor,
  encodeAppDescriptor,
} from "../../../src/flash/app-descriptor.js";
import { chips } from "../../../src/flash/app-image-chips.js";
import { AppImageStream, type AppImageSummary } from "../../../src/flash/app-image-stream.js";
import {
  type AppImageSource,
  type SegmentSource,
  writeAppImage,
} from "../../../src/formats/app-image/app-image-writer.js";
import { openSha256 } from "../../../hosts/node/digest.js";
import { goodImages } from "../../flash/app-image-cases.js";

const openDigest = openSha256;

const descriptor: AppDescriptor = {
  secureVersion: 0,
  version: "1.2.3-rc.1",
  projectName: "example-sim",
  time: "12:00:00",
  date: "Jan  1 2026",
  idfVersion: "",
  elfSha256: new Uint8Array(32),
  minEfuseBlockRevision: 0,
  maxEfuseBlockRevision: 0,
  mmuPageBits: 16,
  spiFlashMode: 0,
};

/** An ESP32 image whose only segment is mapped, as that of a simulated chip. */
function source(payload: Uint8Array, more: Partial<AppImageSource> = {}): AppImageSource {
  const segments: SegmentSource[] = [{ loadAddress: 0x3f400020, data: payload }];
  return { chipId: 0, entryAddress: 0x40080000, segments, descriptor, openDigest, ...more };
}

/** The same without a descriptor. */
function plainSource(chipId: number, loadAddress: number, dataBytes: number): AppImageSource {
  const segments = [{ loadAddress, data: new Uint8Array(dataBytes) }];
  return { chipId, entryAddress: 0x40080000, segments, openDigest };
}

function summaryOf(image: Uint8Array): AppImageSummary {
  const stream = new AppImageStream({ openDigest, byteLengthMax: image.length });
  stream.write(image);
  assert.ok(stream.summary);
  return stream.summary;
}

describe("writer of application images", () => {
  for (const { file, bytes } of goodImages) {
    it(`makes ${file} again of its parts, byte by byte`, () => {
      const { header, segments } = summaryOf(bytes);
      const parts = segments.map(({ loadAddress, byteOffset, byteLength }) => {
        return { loadAddress, data: bytes.subarray(byteOffset, byteOffset + byteLength) };
      });
      const image = writeAppImage({ ...header, segments: parts, openDigest });
      assert.deepEqual(Buffer.from(image), bytes);
    });

    it(`makes the descriptor of ${file} again, byte by byte`, () => {
      const found = decodeAppDescriptor(bytes, 32);
      assert.ok(found);
      const again = Buffer.from(encodeAppDescriptor(found));
      assert.deepEqual(again, bytes.subarray(32, 32 + appDescriptorBytes));
    });
  }

  it("makes an image that is found good, with the payload behind the descriptor", () => {
    const payloads = fc.uint8Array({ maxLength: 2000 });
    fc.assert(
      fc.property(payloads, fc.boolean(), (payload, hashAppended) => {
        const image = writeAppImage(source(payload, { hashAppended }));
        const summary = summaryOf(image);
        assert.equal(summary.byteLength, image.length);
        assert.equal(summary.header.hashAppended, hashAppended);
        assert.deepEqual(summary.descriptor, descriptor);
        const [segment] = summary.segments;
        assert.ok(segment);
        const begin = segment.byteOffset + appDescriptorBytes;
        assert.deepEqual(image.slice(begin, begin + payload.length), payload);
        assert.equal(segment.byteLength, appDescriptorBytes + Math.ceil(payload.length / 4) * 4);
      }),
    );
  });

  it("pads an image to the size wanted, or says which sizes there are", () => {
    const payloads = fc.uint8Array({ maxLength: 100 });
    fc.assert(
      fc.property(payloads, fc.nat(1000), fc.boolean(), (payload, extra, hashAppended) => {
        const unpadded = writeAppImage(source(payload, { hashAppended }));
        const paddedToBytes = unpadded.length + extra;
        let image: Uint8Array;
        try {
          image = writeAppImage(source(payload, { hashAppended, paddedToBytes }));
        } catch (error) {
          assert.ok(error instanceof Error);
          assert.match(error.message, /can end at \d+ or any multiple of 16 behind/);
          assert.notEqual(extra % 16, 0);
          return;
        }
        assert.equal(extra % 16, 0);
        assert.equal(image.length, paddedToBytes);
        const { segments } = summaryOf(image);
        assert.equal(segments.length, extra === 0 ? 1 : 2);
        assert.deepEqual(image.slice(32, 288), unpadded.slice(32, 288));
      }),
    );
  });

  it("pads to exactly 1 MiB", () => {
    const image = writeAppImage(source(new Uint8Array(1000), { paddedToBytes: 0x100000 }));
    assert.equal(image.length, 0x100000);
    assert.equal(summaryOf(image).byteLength, 0x100000);
  });

  it("refuses parts that make no valid image", () => {
    const data = new Uint8Array(512);
    const misplaced = [{ loadAddress: 0x3f400024, data }];
    assert.throws(() => writeAppImage(source(data, { segments: misplaced })), {
      kind: "segment-address",
    });
    assert.throws(() => writeAppImage(plainSource(0, 0, 252)), { kind: "segment-length" });
    const many = Array.from({ length: 17 }, () => ({ loadAddress: 0, data }));
    assert.throws(() => writeAppImage(source(data, { segments: many })), {
      kind: "segment-count",
    });
    assert.throws(() => writeAppImage(source(data, { segments: [] })), /needs a segment/);
  });

  it("takes the page size from the descriptor on chips that have several", () => {
    const chip = chips.find(({ pageInDescriptor }) => pageInDescriptor);
    assert.ok(chip);
    const { chipId } = chip;
    const mappedAt = (loadAddress: number): Partial<AppImageSource> => {
      return { chipId, segments: [{ loadAddress, data: new Uint8Array(64) }] };
    };
    const small = { ...descriptor, mmuPageBits: 13 };
    const at8KiB = { ...mappedAt(0x42002020), descriptor: small };
    assert.equal(summaryOf(writeAppImage(source(new Uint8Array(0), at8KiB))).segments.length, 1);
    assert.throws(() => writeAppImage(source(new Uint8Array(0), mappedAt(0x42002020))), {
      kind: "segment-address",
    });
    const plain = plainSource(chipId, 0x42000020, 512);
    assert.throws(() => writeAppImage(plain), { kind: "descriptor" });
  });

  it("refuses a text that does not fit the descriptor", () => {
    const long = "v".repeat(32);
    assert.throws(() => encodeAppDescriptor({ ...descriptor, version: long }), /at most 31 fit/);
    assert.throws(() => encodeAppDescriptor({ ...descriptor, version: "1é" }), /not plain ASCII/);
    const widest = { ...descriptor, version: "v".repeat(31) };
    assert.deepEqual(decodeAppDescriptor(encodeAppDescriptor(widest), 0), widest);
  });
});
