import assert from "node:assert/strict";

import { boot } from "../../../src/formats/boot/boot-loader.js";
import { makeFirmware } from "../../../src/simulator/firmware/firmware.js";
import {
  flashBytesDefault,
  makeFlashImage,
  partitionOf,
  readFlashImage,
} from "../../../src/simulator/firmware/flash-image.js";
import { Nvs } from "../../../src/formats/nvs/nvs.js";
import { openSha256 } from "../../../hosts/node/digest.js";
import { NorFlash } from "../../support/nor-flash.js";
import { loadFile, loadIndex } from "../../support/vectors.js";

const identity = { vendor: "acme", model: "lamp", sn: "000001", host: "127.0.0.1", port: 8080 };

describe("the flash image of a new device", () => {
  const firmware = makeFirmware({ name: "lamp", version: "1.0.0" });
  const image = makeFlashImage({ identity, firmware });

  it("boots into ota_0", () => {
    assert.equal(image.length, flashBytesDefault);
    const report = boot(NorFlash.of(image), { openDigest: openSha256 });
    assert.equal(report.booted?.index, 0);
    assert.equal(report.booted.image.byteLength, firmware.length);
  });

  it("tells the device who it is", () => {
    const { offset, size } = partitionOf(readFlashImage(image), "nvs");
    const nvs = Nvs.open(NorFlash.of(image.subarray(offset, offset + size)));
    const texts = Object.entries(identity).map(([key, value]) => {
      assert.deepEqual(nvs.get("provision", key), { type: "string", value: String(value) });
      return key;
    });
    assert.deepEqual(texts, ["vendor", "model", "sn", "host", "port"]);
  });

  it("leaves out what the factory does not know", () => {
    const bare = makeFlashImage({ identity: { vendor: "acme", model: "lamp" }, firmware });
    const { offset, size } = partitionOf(readFlashImage(bare), "nvs");
    const nvs = Nvs.open(NorFlash.of(bare.subarray(offset, offset + size)));
    assert.equal(nvs.get("provision", "sn"), undefined);
    assert.deepEqual(nvs.get("provision", "model"), { type: "string", value: "lamp" });
  });

  it("refuses firmware that does not fit its slot", () => {
    const large = makeFirmware({ name: "lamp", version: "1.0.0", byteLength: 0x1f0000 + 16 });
    assert.throws(() => makeFlashImage({ identity, firmware: large }), /slot ota_0 holds/);
  });
});

interface FlashIndex {
  readonly images: readonly {
    readonly file: string;
    readonly slots: readonly { readonly slot: string; readonly version: string }[];
  }[];
}

describe("reading a flash image", () => {
  for (const { file, slots } of loadIndex<FlashIndex>("flash", "flash.json").images) {
    it(`finds slots and versions: ${file}`, () => {
      const read = readFlashImage(loadFile("flash", file)).slots.map(({ partition, app }) => {
        return { slot: partition.label, version: app?.version };
      });
      const expected = slots.filter(({ slot }) => slot.startsWith("ota_"));
      assert.deepEqual(
        read,
        expected.map(({ slot, version }) => ({ slot, version })),
      );
    });
  }

  it("tells an empty slot and a damaged image", () => {
    const image = makeFlashImage({
      identity,
      firmware: makeFirmware({ name: "lamp", version: "1.0.0" }),
    });
    const { offset } = partitionOf(readFlashImage(image), "ota_0");
    image[offset + 5000] = (image[offset + 5000] ?? 0) ^ 1;
    const [damaged, empty] = readFlashImage(image).slots;
    assert.match(damaged?.problem ?? "", /checksum/);
    assert.match(empty?.problem ?? "", /an image begins with e9/);
  });
});
