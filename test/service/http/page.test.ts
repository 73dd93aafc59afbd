import assert from "node:assert/strict";
import { Fields } from "../../../src/service/http/fields.js";
import { pageOf } from "../../../src/service/http/page.js";

describe("a page", () => {
  const cases: [query: string, offset: number, limit: number][] = [
    ["", 0, 5],
    ["offset=7&limit=10", 7, 10],
    ["limit=1", 0, 5],
    ["limit=0", 0, 5],
    ["limit=5000", 0, 1000],
    [`limit=${"9".repeat(400)}`, 0, 1000],
    ["offset=-1&limit=-1", 0, 5],
    ["offset=1.5&limit=1e2", 0, 5],
    ["offset=x&limit=%20", 0, 5],
    ["offset=99999999999999999999", Number.MAX_SAFE_INTEGER, 5],
  ];

  for (const [query, offset, limit] of cases) {
    it(`of "${query.slice(0, 40)}" is of ${limit} from ${offset}`, () => {
      assert.deepEqual(pageOf(new Fields(query)), { offset, limit });
    });
  }
});
