import assert from "node:assert/strict";

import { stampAppImage } from "../../../src/formats/app-image/app-image-stamp.js";
import { AppImageError } from "../../../src/flash/app-image-error.js";
import { AppImageStream } from "../../../src/flash/app-image-stream.js";
import { openSha256 } from "../../../hosts/node/digest.js";
import { damagedImages, goodImages } from "../../flash/app-image-cases.js";

function summaryOf(image: Uint8Array) {
  const stream = new AppImageStream({ openDigest: openSha256, byteLengthMax: image.length });
  stream.write(image);
  assert(stream.summary !== undefined);
  return stream.summary;
}

describe("stamping an application image", () => {
  for (const { file, bytes } of goodImages) {
    const image = bytes.subarray(0, summaryOf(bytes).byteLength);
    const { descriptor } = summaryOf(image);
    if (descriptor === undefined) {
      it(`refuses ${file}, which has no descriptor`, () => {
        assert.throws(() => stampAppImage(image, { version: "9.9.9" }, openSha256), AppImageError);
      });
      continue;
    }

    it(`gives ${file} another name and version, and is undone by the old ones`, () => {
      const stamp = { projectName: "a-lamp-with-quite-a-long-name-31", version: "9.10.11-rc.1" };
      assert.throws(() => stampAppImage(image, stamp, openSha256), /at most 31 fit/);
      stamp.projectName = stamp.projectName.slice(1);
      const stamped = stampAppImage(image, stamp, openSha256);
      assert.deepEqual(summaryOf(stamped).descriptor, { ...descriptor, ...stamp });
      assert.deepEqual(summaryOf(stamped).segments, summaryOf(image).segments);
      const { projectName, version } = descriptor;
      assert.deepEqual(stampAppImage(stamped, { projectName, version }, openSha256), image);
    });
  }

  it("leaves the text that it is not given", () => {
    const image = goodImages.find(({ file }) => file === "esp32-1.1.0.bin")?.bytes;
    assert(image !== undefined);
    const before = summaryOf(image).descriptor;
    const after = summaryOf(stampAppImage(image, { projectName: "lamp" }, openSha256)).descriptor;
    assert.deepEqual(after, { ...before, projectName: "lamp" });
  });

  it("refuses damaged images, and ones with more behind them", () => {
    const damaged = damagedImages.filter(({ file }) =>
      /bad_|no_app_desc|segment|trailing/.test(file),
    );
    assert(damaged.length > 5);
    for (const { file, bytes } of damaged) {
      assert.throws(() => stampAppImage(bytes, { version: "1.0.0" }, openSha256), Error, file);
    }
    const [good] = goodImages;
    assert(good !== undefined);
    const signed = new Uint8Array(good.bytes.length + 4096);
    signed.set(good.bytes);
    const stamp = (): Uint8Array => stampAppImage(signed, { version: "1.0.0" }, openSha256);
    assert.throws(stamp, /4096 bytes stand behind the image: stamp an image before it is signed/);
  });
});
