import assert from "node:assert/strict";

import fc from "fast-check";

import { decodeAppDescriptor } from "../../src/flash/app-descriptor.js";
import type { ChipIdentity } from "../../src/flash/app-image-chips.js";
import { AppImageError } from "../../src/flash/app-image-error.js";
import {
  type AppImageHead,
  AppImageHeadReader,
  imageHeadBytes,
  readAppImageHead,
} from "../../src/flash/app-image-head.js";
import { NorFlash } from "../support/nor-flash.js";
import { attempt, damagedImages, goodImages, type ImageCase, inSlot } from "./app-image-cases.js";

const images = [...goodImages, ...damagedImages];
const descriptorOffset = 32;

/** The image as far as a slot shows it in its first bytes. */
function headBytes({ bytes }: ImageCase): Uint8Array {
  return inSlot(bytes.subarray(0, imageHeadBytes), imageHeadBytes);
}

function readHead(bytes: Uint8Array, chip?: ChipIdentity): AppImageHead | AppImageError {
  return attempt(() => {
    const reader = new AppImageHeadReader(chip);
    assert.equal(reader.write(bytes), imageHeadBytes);
    assert.ok(reader.head);
    return reader.head;
  });
}

describe("head of an application image", () => {
  for (const image of images) {
    const { file, idf, identity } = image;

    it(`tells of ${file} what ESP-IDF reads of its descriptor`, () => {
      const descriptor = decodeAppDescriptor(headBytes(image), descriptorOffset);
      assert.equal(descriptor?.version ?? null, idf.version);
      assert.equal(descriptor !== undefined, idf.app_desc === "ESP_OK");
    });

    it(`refuses ${file} only if ESP-IDF would, or if it says nothing of itself`, () => {
      const head = readHead(headBytes(image), identity);
      if (!(head instanceof AppImageError)) return;
      if (head.kind === "descriptor") assert.equal(idf.app_desc, "ESP_ERR_NOT_FOUND");
      else assert.notEqual(idf.result, "ESP_OK", head.message);
    });
  }

  it("refuses what the header shows: another chip, another revision, too many segments", () => {
    const shown = [/magic byte/, /chip ID/, /chip revision/, /segment count/];
    const refused = damagedImages.filter(({ idf }) => shown.some((log) => log.test(idf.log)));
    assert.ok(refused.length > 0);
    for (const image of refused) {
      assert.ok(readHead(headBytes(image), image.identity) instanceof AppImageError, image.file);
    }
  });

  it("takes an image for any chip if it is not told which", () => {
    for (const image of goodImages) {
      const head = readHead(headBytes(image));
      assert.ok(!(head instanceof AppImageError));
      assert.equal(head.header.chipId, image.identity.chipId);
    }
  });

  it("refuses a chip revision and an eFuse block outside of what the image asks for", () => {
    const image = goodImages.find(({ chip }) => chip === "esp32c3");
    assert.ok(image);
    const { header, descriptor } = readAppImageHead(NorFlash.of(inSlot(image.bytes)));
    const { chipId } = header;
    const wrong: readonly [ChipIdentity, string][] = [
      [{ chipId, revision: header.minChipRevision - 1 }, "chip-revision"],
      [{ chipId, revision: header.maxChipRevision + 1 }, "chip-revision"],
      [
        { chipId, efuseBlockRevision: descriptor.maxEfuseBlockRevision + 1 },
        "efuse-block-revision",
      ],
      [{ chipId: chipId + 1 }, "chip-id"],
    ];
    for (const [chip, kind] of wrong) {
      const head = readHead(headBytes(image), chip);
      assert.ok(head instanceof AppImageError, kind);
      assert.equal(head.kind, kind);
    }
  });

  it("is complete after 288 bytes, however they arrive, and takes no more", () => {
    const pieces = fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.constantFrom(...goodImages), pieces, ({ bytes, identity }, lengths) => {
        const reader = new AppImageHeadReader(identity);
        let taken = 0;
        for (const length of [...lengths, imageHeadBytes]) {
          assert.equal(reader.head !== undefined, taken === imageHeadBytes);
          const piece = bytes.subarray(taken, taken + length);
          const expected = Math.min(length, imageHeadBytes - taken);
          assert.equal(reader.write(piece), expected);
          taken += expected;
        }
        assert.deepEqual(reader.head, readAppImageHead(NorFlash.of(inSlot(bytes)), identity));
        assert.equal(reader.write(bytes), 0);
      }),
      { numRuns: 40 },
    );
  });

  it("throws nothing but its own error, whatever the bytes", () => {
    const bytes = fc.uint8Array({ minLength: imageHeadBytes, maxLength: imageHeadBytes });
    fc.assert(
      fc.property(bytes, fc.boolean(), (head, isImage) => {
        if (isImage) head[0] = 0xe9;
        readHead(head, { chipId: 0, revision: 300 });
      }),
    );
  });
});
