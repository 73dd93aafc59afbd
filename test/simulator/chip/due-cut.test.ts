import assert from "node:assert/strict";
import { DueCut, type BootLoaderWork } from "../../../src/simulator/chip/due-cut.js";

describe("a power cut that is due", () => {
  const work = (operations: number, bytesProgrammed = 0): BootLoaderWork => {
    return { operations, bytesProgrammed };
  };

  it("is as far away as is left of its count since the power came on", () => {
    const due = new DueCut({ at: "operation", count: 10 }, { flashOperations: 100 }, work(5));
    assert.deepEqual(due.left({ flashOperations: 100 }, work(5)), { at: "operation", count: 10 });
    assert.deepEqual(due.left({ flashOperations: 103 }, work(7)), { at: "operation", count: 5 });
  });

  it("counts bytes in the slot apart from everything else", () => {
    const before = { slotBytesProgrammed: 50, flashBytesProgrammed: 90 };
    const after = { slotBytesProgrammed: 450, flashBytesProgrammed: 600, flashOperations: 9 };
    const slot = new DueCut({ at: "slot-bytes", count: 1000 }, before, work(0));
    assert.deepEqual(slot.left(after, work(3, 4)), { at: "slot-bytes", count: 600 });
    const record = new DueCut({ at: "record-bytes", count: 1000 }, before, work(0));
    assert.deepEqual(record.left(after, work(3, 4)), { at: "record-bytes", count: 886 });
  });

  it("is nothing for boot loader and program when it is a moment", () => {
    assert.equal(DueCut.of({ at: "time", delayMs: 5 }, {}, work(0)), undefined);
    assert.equal(DueCut.of(undefined, {}, work(0)), undefined);
  });
});
