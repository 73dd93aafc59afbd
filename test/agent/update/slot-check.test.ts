// The slot read back: what may be booted, and why the rest may not.

import assert from "node:assert/strict";
import { VirtualTime } from "../../../hosts/node/virtual-time.js";
import { SlotCheck, type SlotCheckOutcome } from "../../../src/agent/update/slot-check.js";
import { openSha256 } from "../../../hosts/node/digest.js";
import type { Platform } from "../../../src/ports/platform.js";
import { NorFlash } from "../../support/nor-flash.js";
import { makeImage, sha256Hex } from "../../support/world.js";

const slotBytes = 0x4000;
const image = makeImage({ version: "1.1.0", bytes: 9008 });
/** Without a SHA-256 of its own. */
const unhashed = ((): Uint8Array => {
  const bytes = image.slice(0, -32);
  bytes[23] = 0;
  return bytes;
})();

class Check {
  readonly time = new VirtualTime();
  readonly outcomes: SlotCheckOutcome[] = [];
  readonly flash: NorFlash;
  readonly slotCheck: SlotCheck;

  constructor(content: Uint8Array, digest: string | undefined, sizeBytes = content.length) {
    const padded = new Uint8Array(slotBytes).fill(0xff);
    padded.set(content);
    this.flash = NorFlash.of(padded, { readOnly: true });
    const platform = {
      openDigest: openSha256,
      timer: {
        set: (callback: () => void, delayMs: number) => this.time.schedule(callback, delayMs),
        clear: (handle: object) => {
          this.time.cancel(handle);
        },
      },
    } as unknown as Platform;
    const expected = { sizeBytes, digest, chip: { chipId: 0 } };
    this.slotCheck = new SlotCheck(platform, this.flash, expected, (outcome) =>
      this.outcomes.push(outcome),
    );
  }

  get outcome(): SlotCheckOutcome {
    assert.equal(this.outcomes.length, 0, "told before it was begun");
    this.time.runUntil(() => false);
    assert.equal(this.outcomes.length, 1);
    const outcome = this.outcomes[0];
    assert.ok(outcome);
    return outcome;
  }
}

function wrong(check: Check): string {
  const { outcome } = check;
  assert.ok(outcome.kind === "wrong");
  return outcome.reason;
}

describe("a slot read back", () => {
  it("is right if its SHA-256 is the release's, whether or not the image has one", () => {
    for (const content of [image, unhashed]) {
      const digest = sha256Hex(content);
      assert.deepEqual(new Check(content, digest).outcome, { kind: "right", digest });
    }
  });

  it("is right if the release tells none and the image's own is right", () => {
    const digest = sha256Hex(image);
    assert.deepEqual(new Check(image, undefined).outcome, { kind: "right", digest });
  });

  it("is wrong if nobody tells a SHA-256", () => {
    assert.match(wrong(new Check(unhashed, undefined)), /neither/);
  });

  it("is wrong if any byte of it is, also behind the image, up to the release's end", () => {
    const content = Uint8Array.from([...image, ...new Uint8Array(100)]);
    const digest = sha256Hex(content);
    assert.equal(new Check(content, digest).outcome.kind, "right");
    for (const at of [0, 12, 100, 5000, image.length - 1, image.length, content.length - 1]) {
      const bent = content.slice();
      bent[at] = (bent[at] ?? 0) ^ 1;
      assert.equal(new Check(bent, digest).outcome.kind, "wrong", String(at));
    }
  });

  it("is wrong if it is for another chip, is no image, or is cut off", () => {
    const foreign = makeImage({ version: "1.1.0", chipId: 5, bytes: 9008 });
    assert.match(wrong(new Check(foreign, sha256Hex(foreign))), /chip/);
    const blank = new Uint8Array(9008);
    assert.equal(new Check(blank, sha256Hex(blank)).outcome.kind, "wrong");
    const cut = image.slice(0, 4096);
    assert.equal(new Check(cut, sha256Hex(cut)).outcome.kind, "wrong");
  });

  it("is wrong, not a fault of ours, if the release is larger than the slot, or next to nothing", () => {
    assert.match(wrong(new Check(image, sha256Hex(image), slotBytes + 1)), /bytes/);
    assert.equal(new Check(image, sha256Hex(image), 3).outcome.kind, "wrong");
  });

  it("is read in turns of at most a sector, and no further once it is called off", () => {
    const check = new Check(image, sha256Hex(image));
    check.time.step();
    assert.equal(check.flash.counts.readBytes, 4096);
    check.slotCheck.cancel();
    check.time.runUntil(() => false);
    assert.equal(check.flash.counts.readBytes, 4096);
    assert.deepEqual(check.outcomes, []);
  });
});
