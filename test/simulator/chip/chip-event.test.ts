import assert from "node:assert/strict";

import { parseChipEvent } from "../../../src/simulator/chip/chip-event.js";

describe("a line of the program on a simulated chip", () => {
  it("is an event if it says so", () => {
    const event = { event: "progress", done: 4096, total: 8192 };
    assert.deepEqual(parseChipEvent(`@${JSON.stringify(event)}`), event);
  });

  it("is for people if it is anything else, or was cut short by a power cut", () => {
    for (const line of ["", "1.0.0 downloading", '{"event":"progress"}', '@{"event":"prog', "@1"]) {
      assert.equal(parseChipEvent(line), undefined, line);
    }
    assert.equal(parseChipEvent('@{"event":"other"}'), undefined);
    assert.equal(parseChipEvent("@null"), undefined);
  });
});
