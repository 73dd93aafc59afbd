// Bytes into a slot, in any views: each sector erased once, just before its first byte, and
// told once, when all of it is in flash.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { emptyClaim } from "../../../src/agent/update/prefix-check.js";
import type { ProgressClaim } from "../../../src/agent/update/progress.js";
import { SlotWriter } from "../../../src/agent/update/slot-writer.js";
import { openSha256 } from "../../../hosts/node/digest.js";
import { sectorBytes } from "../../../src/ports/flash.js";
import { NorFlash } from "../../support/nor-flash.js";

const slotBytes = 4 * sectorBytes;

/** d(n) = SHA-256(d(n-1) | sector n-1), by Node's crypto. */
function chained(bytes: Uint8Array, sectors: number): Uint8Array {
  let digest: Uint8Array = new Uint8Array(32);
  for (let sector = 0; sector < sectors; sector += 1) {
    const content = bytes.subarray(sector * sectorBytes, (sector + 1) * sectorBytes);
    digest = new Uint8Array(createHash("sha256").update(digest).update(content).digest());
  }
  return digest;
}

function contentOf(byteLength: number): Uint8Array {
  return Uint8Array.from({ length: byteLength }, (_, at) => (at * 31 + (at >> 8)) & 255);
}

class Writing {
  readonly flash = new NorFlash({ size: slotBytes });
  readonly claims: ProgressClaim[] = [];
  readonly writer: SlotWriter;

  constructor(sizeBytes: number, start = emptyClaim()) {
    this.writer = new SlotWriter(this.flash, openSha256, sizeBytes, start, (sectors, digest) =>
      this.claims.push({ sectors, digest }),
    );
  }

  read(byteLength: number): Uint8Array {
    const bytes = new Uint8Array(byteLength);
    this.flash.read(bytes, 0);
    return bytes;
  }
}

describe("a slot's writer", () => {
  it("writes the same in any views, and claims each sector once, with a chained digest", () => {
    const sizes = fc.oneof(fc.integer({ min: 1, max: slotBytes }), fc.constant(slotBytes));
    const views = fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(sizes, views, (byteLength, lengths) => {
        const content = contentOf(byteLength);
        const writing = new Writing(byteLength);
        const { flash, writer, claims } = writing;
        let at = 0;
        for (let turn = 0; at < byteLength; turn += 1) {
          const end = at + (lengths[turn % lengths.length] ?? 1);
          writer.write(content.subarray(at, end));
          at = Math.min(end, byteLength);
          assert.equal(writer.offsetBytes, at);
          // Nothing is claimed before its last byte is in flash.
          const complete = at === byteLength ? Math.ceil(at / sectorBytes) : at / sectorBytes;
          assert.equal(claims.length, Math.floor(complete));
        }
        const sectors = Math.ceil(byteLength / sectorBytes);
        assert.deepEqual(
          claims,
          Array.from({ length: sectors }, (_, index) => ({
            sectors: index + 1,
            digest: chained(content, index + 1),
          })),
        );
        const erased = flash.operations.filter(({ kind }) => kind === "erase");
        assert.equal(erased.length, sectors);
        assert.deepEqual(writing.read(byteLength), content);
      }),
      { numRuns: 40 },
    );
  });

  it("erases a sector just before its first byte, and none before", () => {
    const { flash, writer } = new Writing(slotBytes);
    assert.equal(flash.operations.length, 0);
    writer.write(contentOf(sectorBytes));
    const kinds = flash.operations.map(({ kind, byteOffset }) => `${kind} ${byteOffset}`);
    assert.deepEqual(kinds, ["erase 0", "program 0"]);
    writer.write(Uint8Array.of(1));
    assert.equal(flash.operations.length, 4);
  });

  it("goes on behind a claim, over what a cut left there", () => {
    const content = contentOf(slotBytes);
    const start = { sectors: 2, digest: chained(content, 2) };
    const writing = new Writing(slotBytes, start);
    writing.flash.write(new Uint8Array(100), 2 * sectorBytes);
    writing.flash.write(content.subarray(0, 2 * sectorBytes), 0);
    assert.equal(writing.writer.offsetBytes, 2 * sectorBytes);
    writing.writer.write(content.subarray(2 * sectorBytes));
    assert.deepEqual(writing.read(slotBytes), content);
    assert.deepEqual(writing.claims.at(-1), { sectors: 4, digest: chained(content, 4) });
  });

  it("has nothing to do behind a claim to all of it", () => {
    const writing = new Writing(5000, { sectors: 2, digest: new Uint8Array(32) });
    assert.equal(writing.writer.offsetBytes, 5000);
    writing.writer.write(new Uint8Array(0));
    assert.equal(writing.flash.operations.length, 0);
  });
});
