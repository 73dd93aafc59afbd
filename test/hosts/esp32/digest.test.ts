import assert from "node:assert/strict";
import { createHash, type Hash } from "node:crypto";
import fc from "fast-check";
import { digestOpener, type DigestFunctions } from "../../../hosts/esp32/digest.js";

/** The SDK's C functions: what they are given is a buffer from its start, and a length. */
function makeFunctions(): DigestFunctions {
  const hashes = new Map<ArrayBuffer, Hash>();
  const hashOf = (state: ArrayBuffer): Hash => {
    const hash = hashes.get(state);
    assert.ok(hash, "a state that was never made");
    return hash;
  };
  return {
    sha256_create: (state) => {
      assert.equal(state.byteLength, 104);
      hashes.set(state, createHash("sha256"));
    },
    sha256_update: (state, data, byteLength) => {
      assert.ok(byteLength <= data.byteLength, "beyond the buffer's end");
      hashOf(state).update(new Uint8Array(data, 0, byteLength));
    },
    sha256_fin: (state, digest) => {
      assert.equal(digest.byteLength, 32);
      new Uint8Array(digest).set(hashOf(state).digest());
    },
  };
}

function sha256(...parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

describe("the digest on the chip", () => {
  it("is SHA-256 of all that is written, wherever in its buffer that lies", () => {
    const openDigest = digestOpener(makeFunctions());
    const slice = fc.record({
      bytes: fc.uint8Array({ maxLength: 1500 }),
      start: fc.nat(300),
      byteLength: fc.nat(1500),
    });
    fc.assert(
      fc.property(fc.array(slice, { maxLength: 5 }), (slices) => {
        const parts = slices.map(({ bytes, start, byteLength }) =>
          bytes.slice().subarray(start, start + byteLength),
        );
        const digest = openDigest();
        for (const part of parts) digest.write(part);
        assert.equal(hex(digest.close()), sha256(...parts));
      }),
    );
  });

  it("may be one of several, and may be dropped", () => {
    const openDigest = digestOpener(makeFunctions());
    const buffer = Uint8Array.from({ length: 1000 }, (_, at) => at % 251);
    const [one, dropped, other] = [openDigest(), openDigest(), openDigest()];
    one.write(buffer.subarray(1));
    dropped.write(buffer);
    other.write(buffer.subarray(2, 700));
    one.write(buffer);
    assert.equal(hex(other.close()), sha256(buffer.subarray(2, 700)));
    assert.equal(hex(one.close()), sha256(buffer.subarray(1), buffer));
  });
});
