// What a download may go on from: the farthest claim that flash bears out, read in turns.

import assert from "node:assert/strict";
import { VirtualTime } from "../../../hosts/node/virtual-time.js";
import { emptyClaim, PrefixCheck } from "../../../src/agent/update/prefix-check.js";
import type { ProgressClaim } from "../../../src/agent/update/progress.js";
import { SlotWriter } from "../../../src/agent/update/slot-writer.js";
import { openSha256 } from "../../../hosts/node/digest.js";
import { sectorBytes } from "../../../src/ports/flash.js";
import { NorFlash } from "../../support/nor-flash.js";

const sizeBytes = 3 * sectorBytes + 100;

class Check {
  readonly time = new VirtualTime();
  readonly flash = new NorFlash({ size: 4 * sectorBytes, overwrite: "and" });
  /** Claims to 1, 2, 3 and all 4 sectors, all of them right. */
  readonly claims: ProgressClaim[] = [];
  readonly found: ProgressClaim[] = [];
  readonly faults: unknown[] = [];

  constructor() {
    const content = Uint8Array.from({ length: sizeBytes }, (_, at) => (at * 7) & 255);
    const note = (sectors: number, digest: Uint8Array): number =>
      this.claims.push({ sectors, digest });
    new SlotWriter(this.flash, openSha256, sizeBytes, emptyClaim(), note).write(content);
    this.flash.resetCounts();
  }

  claim(sectors: number): ProgressClaim {
    const claim = this.claims[sectors - 1];
    assert.ok(claim);
    return claim;
  }

  begin(...claims: readonly ProgressClaim[]): PrefixCheck {
    const { time } = this;
    const timer = {
      set: (callback: () => void, delayMs: number) => time.schedule(callback, delayMs),
      clear: (handle: object | number) => {
        if (typeof handle === "object") time.cancel(handle);
      },
    };
    return new PrefixCheck(
      timer,
      this.flash,
      openSha256,
      sizeBytes,
      () => claims,
      (claim) => this.found.push(claim),
      (error) => this.faults.push(error),
    );
  }

  /** How many sectors of them are found right. */
  sectorsOf(...claims: readonly ProgressClaim[]): number | undefined {
    this.begin(...claims);
    this.time.runUntil(() => false);
    assert.equal(this.found.length, 1);
    return this.found[0]?.sectors;
  }
}

describe("the check of a prefix", () => {
  it("takes the farthest of the claims that are right, in whatever order they come", () => {
    const check = new Check();
    assert.equal(check.sectorsOf(check.claim(3), check.claim(2)), 3);
    assert.deepEqual(check.found, [check.claim(3)]);
    assert.equal(new Check().sectorsOf(check.claim(2), check.claim(3)), 3);
    assert.equal(new Check().sectorsOf(check.claim(4)), 4);
  });

  it("takes the nearer claim if the farther one is not borne out", () => {
    const check = new Check();
    check.flash.write(Uint8Array.of(0), 2 * sectorBytes + 5);
    assert.equal(check.sectorsOf(check.claim(3), check.claim(2)), 2);
    assert.deepEqual(check.found, [check.claim(2)]);
  });

  it("takes none if none is, or if there is none", () => {
    const check = new Check();
    check.flash.write(Uint8Array.of(0), 5);
    assert.equal(check.sectorsOf(check.claim(3), check.claim(2)), 0);
    const none = new Check();
    assert.equal(none.sectorsOf(), 0);
    assert.deepEqual(none.found, [emptyClaim()]);
    assert.equal(none.flash.counts.reads, 0);
  });

  it("does not read bytes behind the release's end, or for a claim beyond it", () => {
    const check = new Check();
    check.flash.write(Uint8Array.of(0), sizeBytes + 1);
    assert.equal(check.sectorsOf({ ...check.claim(4), sectors: 5 }, check.claim(4)), 4);
    assert.equal(check.flash.counts.readBytes, sizeBytes);
  });

  it("reads a sector a turn, so that others get theirs", () => {
    const check = new Check();
    check.begin(check.claim(3), check.claim(2));
    for (const reads of [1, 2, 3]) {
      check.time.step();
      assert.equal(check.flash.counts.reads, reads);
    }
    assert.deepEqual(check.found, []);
    check.time.step();
    assert.equal(check.found.length, 1);
  });

  it("ends when it is cancelled", () => {
    const check = new Check();
    const prefixCheck = check.begin(check.claim(3));
    check.time.step();
    prefixCheck.cancel();
    check.time.runUntil(() => false);
    assert.deepEqual(check.found, []);
    assert.equal(check.flash.counts.reads, 1);
  });
});
