import assert from "node:assert/strict";
import { procedure, streamingProcedure } from "../../../src/service/api/procedure.js";
import { procedures } from "../../../src/service/procedures/index.js";
import { Router } from "../../../src/service/api/router.js";

describe("the router", () => {
  const router = new Router(procedures);

  function numbers(path: string): Record<string, (number | undefined)[]> | undefined {
    const match = router.match(path);
    if (match === undefined) return undefined;
    return Object.fromEntries(
      [...match.byMethod].map(([method, siblings]) => [
        method,
        siblings.procedures.map(({ place }) => place.number),
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
    assert.deepEqual(
      [...(match?.names ?? [])],
      [
        ["model", "a b"],
        ["sn", "x/y:"],
      ],
    );
  });

  it("keeps a name that does not decode as it is", () => {
    const names = router.match("/provision/manage/model/%ff/%zz")?.names ?? [];
    assert.deepEqual(
      [...names],
      [
        ["model", "%ff"],
        ["sn", "%zz"],
      ],
    );
  });

  it("does not take an empty segment for a name", () => {
    assert.equal(router.match("/provision/manage/model//1"), undefined);
  });

  it("refuses a table in which one place has two kinds of caller or body", () => {
    const place = { title: "", method: "POST", path: "/p", caller: "anyone" } as const;
    const handle = (): never => {
      throw new Error("never called");
    };
    const first = procedure(place, { handle });
    const withKey = procedure({ ...place, caller: "vendor" }, { handle });
    assert.throws(() => new Router([first, withKey]), /two kinds of caller or body/);
    assert.throws(() => new Router([first, streamingProcedure(place, { handle })]), /or body/);
  });

  it("has each of the API's 70 numbers once, in order", () => {
    const listed = procedures
      .map(({ place }) => place.number)
      .filter((number) => number !== undefined);
    assert.deepEqual(
      listed,
      Array.from({ length: 70 }, (_, at) => at + 1),
    );
  });
});
