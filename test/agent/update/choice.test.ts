import assert from "node:assert/strict";
import { candidatesMax } from "../../../src/agent/limits.js";
import { Choice, type ReleaseRule } from "../../../src/agent/update/choice.js";

const newest: ReleaseRule = { kind: "newest", name: "lamp" };

function chosen(choice: Choice, ids: readonly string[]): string[] {
  for (const id of ids) choice.offer(id);
  const taken: string[] = [];
  for (let id = choice.take(); id !== undefined; id = choice.take()) taken.push(id);
  return taken;
}

describe("choice", () => {
  it("takes newer releases of its name, best first", () => {
    const ids = [
      "lamp-1.0.0",
      "lamp-1.10.0",
      "lamp-1.9.0",
      "fan-9.0.0",
      "lamp-2.0.0-rc.1",
      "notes",
    ];
    assert.deepEqual(chosen(new Choice(newest, "1.0.0", false), ids), [
      "lamp-2.0.0-rc.1",
      "lamp-1.10.0",
      "lamp-1.9.0",
    ]);
  });

  it("keeps a bounded number of candidates of a long list", () => {
    const ids = Array.from({ length: 1000 }, (_, patch) => `lamp-1.0.${patch + 1}`);
    const best = Array.from({ length: candidatesMax }, (_, place) => `lamp-1.0.${1000 - place}`);
    assert.deepEqual(chosen(new Choice(newest, "1.0.0", false), ids), best);
  });

  it("never takes the running version or an older one", () => {
    const ids = ["lamp-1.0.0", "lamp-0.9.0", "lamp-1.0.0-rc.1"];
    assert.deepEqual(chosen(new Choice(newest, "1.0.0", false), ids), []);
  });

  it("takes an older release if told so, and stays there", () => {
    assert.deepEqual(chosen(new Choice(newest, "2.0.0", true), ["lamp-1.0.0"]), ["lamp-1.0.0"]);
    assert.deepEqual(chosen(new Choice(newest, "1.0.0", true), ["lamp-1.0.0", "lamp-0.9.0"]), []);
  });

  it("follows one fixed id and nothing else, listed or not", () => {
    const unlisted = new Choice({ kind: "fixed", id: "stable" }, "1.0.0", false);
    assert.deepEqual(chosen(unlisted, ["lamp-9.0.0"]), ["stable"]);
    const choice = new Choice({ kind: "fixed", id: "stable" }, "1.0.0", false);
    assert.deepEqual(chosen(choice, ["lamp-9.0.0", "stable"]), ["stable"]);
  });

  const release = { id: "lamp-1.1.0", sizeBytes: 1000, timestampSeconds: 1 };
  it("judges metadata that contradict the id, are not there yet, or are of the running version", () => {
    const choice = new Choice(newest, "1.0.0", false);
    assert.equal(choice.judge({ ...release, version: "1.1.0" }), undefined);
    assert.equal(choice.judge(release), undefined);
    assert.match(choice.judge({ ...release, version: "1.2.0" }) ?? "", /another version/);
    assert.match(choice.judge({ ...release, sizeBytes: 0 }) ?? "", /not uploaded/);
    assert.match(choice.judge({ ...release, version: "1.0.0" }) ?? "", /running/);
    assert.match(choice.judge({ ...release, version: "0.9.0" }) ?? "", /older/);
  });
});
