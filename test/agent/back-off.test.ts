import assert from "node:assert/strict";
import fc from "fast-check";
import { retryAfterMs, retryDelayMs } from "../../src/agent/back-off.js";

describe("back-off", () => {
  it("doubles with each failure up to its cap", () => {
    const delays = [0, 1, 2, 3, 4, 50].map((attempt) => retryDelayMs(attempt, 1000, 8000, 0.5));
    assert.deepEqual(delays, [1000, 2000, 4000, 8000, 8000, 8000]);
  });

  it("is spread evenly between half and one and a half of the delay", () => {
    const delays = [0, 0.25, 0.75, 1].map((random) => retryDelayMs(1, 1000, 8000, random));
    assert.deepEqual(delays, [1000, 1500, 2500, 3000]);
  });

  it("stays within half and one and a half of the delay", () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, random) => {
          const middle = Math.min(8000, 1000 * 2 ** Math.min(attempt, 30));
          const delay = retryDelayMs(attempt, 1000, 8000, random);
          assert.ok(delay >= middle / 2 && delay <= middle * 1.5);
        },
      ),
    );
  });

  const date = "Fri, 31 Dec 1999 23:59:59 GMT";

  it("reads Retry-After in seconds, capped, and nothing else", () => {
    assert.equal(retryAfterMs({ retryAfter: "120", date }, 900_000), 120_000);
    assert.equal(retryAfterMs({ retryAfter: "999999", date: undefined }, 900_000), 900_000);
    for (const retryAfter of [undefined, "", "-1", "1.5", "soon"]) {
      assert.equal(retryAfterMs({ retryAfter, date }, 900_000), undefined);
    }
  });

  it("holds a date in Retry-After against the date of the answer", () => {
    const retryAfter = "Sat, 01 Jan 2000 00:00:59 GMT";
    assert.equal(retryAfterMs({ retryAfter, date }, 900_000), 60_000);
    assert.equal(retryAfterMs({ retryAfter, date }, 30_000), 30_000);
    assert.equal(retryAfterMs({ retryAfter: date, date: retryAfter }, 900_000), 0);
    for (const other of [undefined, "", "now"]) {
      assert.equal(retryAfterMs({ retryAfter, date: other }, 900_000), undefined);
    }
  });
});
