import assert from "node:assert/strict";

import fc from "fast-check";

import { DueCut, randomCuts, type BootLoaderWork } from "../../../src/simulator/chip/power-cut.js";

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

describe("a power cut that is due", () => {
  const work = (operations: number, bytesProgrammed = 0): BootLoaderWork => {
    return { operations, bytesProgrammed };
  };

  it("is as far away as is left of its count since the power came on", () => {
    const due = new DueCut({ at: "operation", count: 10 }, { flashOperations: 100 }, work(5));
    assert.deepEqual(due.inBootLoader({ flashOperations: 100 }, work(5)), { operation: 10 });
    assert.deepEqual(due.inBootLoader({ flashOperations: 103 }, work(7)), { operation: 5 });
    const left = due.engineArguments({ flashOperations: 103 }, work(7));
    assert.deepEqual(left, ["--cut-operation", "5"]);
  });

  it("counts bytes in the slot apart from everything else", () => {
    const before = { slotBytesProgrammed: 50, flashBytesProgrammed: 90 };
    const due = new DueCut({ at: "slot-bytes", count: 1000 }, before, work(0));
    assert.equal(due.inBootLoader(before, work(0)), undefined);
    const after = { slotBytesProgrammed: 450, flashBytesProgrammed: 600, flashOperations: 9 };
    assert.deepEqual(due.engineArguments(after, work(3, 4)), ["--cut-slot-bytes", "600"]);
    const other = new DueCut({ at: "record-bytes", count: 1000 }, before, work(0));
    assert.deepEqual(other.engineArguments(after, work(3, 4)), ["--cut-record-bytes", "886"]);
    assert.deepEqual(other.inBootLoader(after, work(3, 4)), { bytes: 886 });
  });

  it("is nothing for boot loader and engine when it is a moment", () => {
    const due = new DueCut({ at: "time", delayMs: 5 }, {}, work(0));
    assert.deepEqual(due.engineArguments({}, work(0)), []);
    assert.equal(due.inBootLoader({}, work(0)), undefined);
  });
});
