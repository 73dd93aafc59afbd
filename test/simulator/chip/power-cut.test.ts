import assert from "node:assert/strict";

import fc from "fast-check";

import { randomCuts } from "../../../src/simulator/chip/power-cut.js";

const imageBytes = 1 << 20;

describe("random power cuts", () => {
  it("are the same for the same seed, and others for another", () => {
    const cuts = randomCuts({ count: 20, seed: 7, imageBytes });
    assert.deepEqual(randomCuts({ count: 20, seed: 7, imageBytes }), cuts);
    assert.notDeepEqual(randomCuts({ count: 20, seed: 8, imageBytes }), cuts);
    const kinds = new Set(cuts.map(({ at }) => at));
    assert.deepEqual(kinds, new Set(["slot-bytes", "operation"]));
  });

  it("are as many as were asked for, and all fall before the image is complete", () => {
    const property = fc.property(fc.nat({ max: 50 }), fc.integer(), (count, seed) => {
      const cuts = randomCuts({ count, seed, imageBytes });
      assert.equal(cuts.length, count);
      // Activation is over by then: nobody has to enable the device again.
      assert.ok(count === 0 || cuts[0]?.at === "slot-bytes");
      const bytes = cuts.map((cut) => (cut.at === "slot-bytes" ? cut.count : 0));
      assert.ok(bytes.every((one) => one >= 0));
      assert.ok(bytes.reduce((sum, one) => sum + one, 0) < imageBytes);
    });
    fc.assert(property);
  });
});
