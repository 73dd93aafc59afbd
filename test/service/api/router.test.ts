import assert from "node:assert/strict";
import { procedures } from "../../../src/service/procedures/index.js";
import { Router } from "../../../src/service/api/router.js";

describe("the router", () => {
  const router = new Router(procedures);

  function numbers(path: string): Record<string, (number | undefined)[]> | undefined {
    const match = router.match(path);
    if (match === undefined) return undefined;
    return Object.fromEntries(
      [...match.route.byMethod].map(([method, siblings]) => [
        method,
        siblings.map(({ number }) => number),
      ]),
    );
  }

  it("tells paths apart by a slash at their end", () => {
    assert.deepEqual(numbers("/provision/manage/model/"), { GET: [26, 27], POST: [28, 29] });
    assert.equal(numbers("/provision/manage/model"), undefined);
    assert.deepEqual(numbers("/provision/manage/model/m"), { GET: [30], PUT: [31], DELETE: [32] });
    assert.deepEqual(numbers("/provision/manage/model/m/"), {
      GET: [33, 34],
      POST: [35, 36, 37, 38, 39, 40],
      DELETE: [41, 42],
    });
    assert.deepEqual(numbers("/provision/manage/model/m/1"), {
      GET: [43, 44, 45],
      POST: [46, 47, 48, 49],
      DELETE: [50],
    });
    assert.equal(numbers("/provision/manage/model/m/1/"), undefined);
  });

  it("decodes names after it has split the path", () => {
    const match = router.match("/provision/manage/model/a%20b/x%2Fy%3A");
    assert.deepEqual(match?.names, ["a b", "x/y:"]);
  });

  it("keeps a name that does not decode as it is", () => {
    assert.deepEqual(router.match("/provision/manage/model/%ff/%zz")?.names, ["%ff", "%zz"]);
  });

  it("does not take an empty segment for a name", () => {
    assert.equal(router.match("/provision/manage/model//1"), undefined);
  });

  it("refuses a table in which one path has two kinds of caller", () => {
    const [first] = procedures;
    assert.ok(first?.caller === "vendor");
    const handle = (): never => {
      throw new Error("never called");
    };
    const clash = { ...first, caller: "anyone" as const, handle };
    assert.throws(() => new Router([first, clash]), /two kinds of caller/);
  });

  it("has each of the API's 70 numbers once, in order", () => {
    const listed = procedures.map(({ number }) => number).filter((number) => number !== undefined);
    assert.deepEqual(
      listed,
      Array.from({ length: 70 }, (_, at) => at + 1),
    );
  });
});
