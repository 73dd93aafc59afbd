import assert from "node:assert/strict";
import { createHash } from "node:crypto";

import fc from "fast-check";

import { openSha256 } from "../../src/formats/sha256.js";

describe("sha256", () => {
  it("is what Node computes, at every length around a block's end", () => {
    for (let length = 0; length <= 200; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => i * 7);
      assert.deepEqual(sha256([bytes]), reference(bytes), `of ${length} bytes`);
    }
  });

  it("is what Node computes, however the bytes are split", () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 });
    fc.assert(
      fc.property(pieces, (written) => {
        assert.deepEqual(sha256(written), reference(Buffer.concat(written)));
      }),
    );
  });

  it("keeps digests that are open together apart", () => {
    const [first, second] = [openSha256(), openSha256()];
    first.write(Uint8Array.of(1));
    second.write(Uint8Array.of(2));
    assert.deepEqual(first.close(), reference(Uint8Array.of(1)));
    assert.deepEqual(second.close(), reference(Uint8Array.of(2)));
  });
});

function sha256(pieces: readonly Uint8Array[]): Uint8Array {
  const digest = openSha256();
  for (const piece of pieces) digest.write(piece);
  return digest.close();
}

function reference(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash("sha256").update(bytes).digest());
}
