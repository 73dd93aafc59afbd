// Dates in fields: three forms, and nothing that only looks like one.

import assert from "node:assert/strict";
import fc from "fast-check";
import { parseHttpDate } from "../../src/http/http-date.js";

describe("a date in a field", () => {
  const example = Date.UTC(1994, 10, 6, 8, 49, 37) / 1000;
  for (const text of [
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
  ]) {
    it(`is read in the form ${text}`, () => {
      assert.equal(parseHttpDate(text), example);
    });
  }

  it("is read as Node writes it, whenever it is", () => {
    const times = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) / 1000 });
    fc.assert(
      fc.property(times, (seconds) => {
        assert.equal(parseHttpDate(new Date(seconds * 1000).toUTCString()), seconds);
      }),
    );
  });

  for (const text of [
    "",
    "120",
    "soon",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08:49:37 CET",
    "Sun, 06 Nov 1994 08:49:37 GMT GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 1994 08:60:00 GMT",
    "Sun, 06 Nov 1994 08:49 GMT",
    "Sun, 31 Feb 1994 08:49:37 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT",
    "Sun, 06 ovD 1994 08:49:37 GMT",
    "Sun, 06 Nov 12345 08:49:37 GMT",
    "Sun, 06 Nov -994 08:49:37 GMT",
    "Sun Nov 6 08:49:37",
  ]) {
    it(`is not "${text}"`, () => {
      assert.equal(parseHttpDate(text), undefined);
    });
  }
});
