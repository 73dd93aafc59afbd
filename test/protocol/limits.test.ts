// The relations between bounds that code relies on without checking.

import assert from "node:assert/strict";
import * as limits from "../../src/protocol/limits.js";

describe("limits of the protocol", () => {
  it("are whole numbers above zero", () => {
    for (const [name, value] of Object.entries(limits)) {
      assert.ok(Number.isSafeInteger(value) && value > 0, name);
    }
  });

  const pairs: readonly [why: string, keyof typeof limits, keyof typeof limits][] = [
    ["fit a version into a name", "versionCharactersMax", "nameBytesMax"],
    ["make a name no longer than a serial", "nameBytesMax", "serialBytesMax"],
    ["fit a CIK into a row", "cikCharacters", "rowBytesMax"],
  ];
  for (const [why, small, large] of pairs) {
    it(why, () => {
      assert.ok(limits[small] <= limits[large]);
    });
  }
});
