// Character classes, over every code unit there is.

import assert from "node:assert/strict";
import { hexDigit, isAlphanumeric, isDigit } from "../../src/protocol/ascii.js";

describe("ASCII classes", () => {
  it("are what regular expressions say, for every code unit", () => {
    for (let code = 0; code < 0x10000; code++) {
      const character = String.fromCharCode(code);
      assert.equal(isDigit(code), /[0-9]/.test(character), String(code));
      assert.equal(isAlphanumeric(code), /[0-9A-Za-z]/.test(character), String(code));
      const value = /[0-9A-Fa-f]/.test(character) ? parseInt(character, 16) : -1;
      assert.equal(hexDigit(code), value, String(code));
    }
  });

  it("do not hold what stands behind the end of a text or a line", () => {
    for (const code of [NaN, -1]) {
      assert.deepEqual([isDigit(code), isAlphanumeric(code), hexDigit(code)], [false, false, -1]);
    }
  });
});
