import assert from "node:assert/strict";
import {
  changesBetween,
  countStatuses,
  takeSnapshot,
  type ModelSnapshot,
} from "../../src/client/model-snapshot.js";
import { stubClient, StubService, useStubs } from "./stub-service.js";

function snapshot(
  serials: Record<string, string>,
  contents: Record<string, readonly [sizeBytes: number, timestampSeconds: number]> = {},
): ModelSnapshot {
  const seen = Object.entries(contents).map(
    ([id, [sizeBytes, timestampSeconds]]) => [id, { sizeBytes, timestampSeconds }] as const,
  );
  return { serials: new Map(Object.entries(serials)), contents: new Map(seen) };
}

describe("what has changed between two looks at a model", () => {
  it("is nothing between equal ones", () => {
    const one = snapshot({ a: "activated" }, { c: [1, 2] });
    const other = snapshot({ a: "activated" }, { c: [1, 2] });
    assert.deepEqual(changesBetween(one, other), []);
  });

  it("is every serial that came, went or has another status", () => {
    const before = snapshot({ a: "", b: "notactivated", gone: "activated", same: "" });
    const after = snapshot({ a: "notactivated", b: "activated", came: "", same: "" });
    assert.deepEqual(changesBetween(before, after), [
      { kind: "serial", serial: "a", from: "", to: "notactivated" },
      { kind: "serial", serial: "b", from: "notactivated", to: "activated" },
      { kind: "serial", serial: "came", from: undefined, to: "" },
      { kind: "serial", serial: "gone", from: "activated", to: undefined },
    ]);
  });

  it("is every content that was created, uploaded, uploaded anew or deleted", () => {
    const before = snapshot({}, { empty: [0, 1], old: [5, 1], gone: [1, 1], same: [5, 5] });
    const after = snapshot({}, { empty: [3, 2], old: [5, 2], same: [5, 5], new: [0, 3] });
    assert.deepEqual(
      changesBetween(before, after).map((change) =>
        change.kind === "content" ? `${change.content} ${change.change}` : change,
      ),
      ["empty uploaded", "old uploaded", "new created", "gone deleted"],
    );
  });

  it("counts serials by status", () => {
    const counts = countStatuses(snapshot({ a: "", b: "activated", c: "activated" }));
    assert.deepEqual(
      [...counts],
      [
        ["", 1],
        ["activated", 2],
      ],
    );
  });
});

describe("a look at a model", () => {
  useStubs();

  it("reads the serials' pages, then each content, and bears one that is deleted meanwhile", async () => {
    const service = new StubService(
      { status: 200, body: "a,activated,r,x\r\nb,,,\r\n" },
      { status: 200, body: "c\r\nd\r\n" },
      { status: 404 },
      { status: 200, body: "text/plain,5,7,,false\r\n" },
    );
    const { serials, contents } = await takeSnapshot(stubClient(), "m");
    assert.deepEqual(Object.fromEntries(serials), { a: "activated", b: "" });
    assert.deepEqual([...contents.keys()], ["d"]);
    assert.equal(contents.get("d")?.sizeBytes, 5);
    assert.equal(service.requests.length, 4);
  });
});
