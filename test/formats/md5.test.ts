import assert from "node:assert/strict";
import { createHash } from "node:crypto";

import fc from "fast-check";

import { md5 } from "../../src/formats/md5.js";

describe("md5", () => {
  it("is what Node computes, at every length around a block's end", () => {
    for (let length = 0; length <= 200; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => i * 7);
      assert.deepEqual(md5(bytes), reference(bytes), `of ${length} bytes`);
    }
  });

  it("is what Node computes, of any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4000 }), (bytes) => {
        assert.deepEqual(md5(bytes), reference(bytes));
      }),
    );
  });
});

function reference(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash("md5").update(bytes).digest());
}
