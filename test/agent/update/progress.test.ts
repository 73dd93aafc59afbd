// Records of progress: two keys in turn, and nothing believed that is damaged or of another target.

import assert from "node:assert/strict";
import fc from "fast-check";
import { ProgressStore } from "../../../src/agent/update/progress.js";
import type { TargetRecord } from "../../../src/agent/slots/record-forms.js";
import type { KeyValueStore } from "../../../src/ports/key-value.js";
import { MemoryStores } from "../../support/memory-store.js";

const target: TargetRecord = {
  slot: 1,
  badDownloads: 0,
  release: { id: "lamp-1.1.0", sizeBytes: 40_000, timestampSeconds: 1_700_000_000 },
};
const keys = ["progress.0", "progress.1"];

function digestOf(number: number): Uint8Array {
  return new Uint8Array(32).fill(number);
}

function open(store: KeyValueStore, of: TargetRecord = target): ProgressStore {
  return new ProgressStore(store, of);
}

describe("progress", () => {
  it("gives back the last two claims, the farther one first", () => {
    const store = new MemoryStores().open("provision");
    assert.deepEqual(open(store).read(), []);
    for (let sectors = 1; sectors <= 5; sectors += 1) {
      open(store).write(sectors, digestOf(sectors));
      assert.deepEqual(open(store).read()[0], { sectors, digest: digestOf(sectors) });
    }
    assert.deepEqual(open(store).read(), [
      { sectors: 5, digest: digestOf(5) },
      { sectors: 4, digest: digestOf(4) },
    ]);
  });

  it("never writes over the claim that it goes on from", () => {
    const store = new MemoryStores().open("provision");
    open(store).write(7, digestOf(7));
    const before = keys.map((key) => store.read(key));
    open(store).write(8, digestOf(8));
    const after = keys.map((key) => store.read(key));
    assert.equal(before.filter((value, index) => value === after[index]).length, 1);
    assert.ok(after.includes(before[1]));
  });

  it("refuses a record with any one character changed or missing", () => {
    const store = new MemoryStores().open("provision");
    open(store).write(9, digestOf(0xab));
    const text = store.read("progress.1") ?? "";
    for (let at = 0; at < text.length; at += 1) {
      const other = text.charAt(at) === "0" ? "1" : "0";
      store.write("progress.1", text.slice(0, at) + other + text.slice(at + 1));
      assert.deepEqual(open(store).read(), [], `character ${at} changed`);
      store.write("progress.1", text.slice(0, at) + text.slice(at + 1));
      assert.deepEqual(open(store).read(), [], `character ${at} missing`);
    }
  });

  it("refuses garbage", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 120 }), fc.string({ maxLength: 120 }), (one, other) => {
        const store = new MemoryStores().open("provision");
        store.write("progress.0", one.replaceAll("\0", ""));
        store.write("progress.1", other.replaceAll("\0", ""));
        assert.deepEqual(open(store).read(), []);
      }),
    );
  });

  it("refuses a claim to another release, another content of its name, another slot or try", () => {
    const { release } = target;
    const others: TargetRecord[] = [
      { ...target, slot: 0 },
      { ...target, badDownloads: 1 },
      { ...target, release: { ...release, id: "lamp-1.2.0" } },
      { ...target, release: { ...release, sizeBytes: 40_001 } },
      { ...target, release: { ...release, timestampSeconds: 1_700_000_001 } },
      { ...target, release: { ...release, sha256: "ab".repeat(32) } },
    ];
    const store = new MemoryStores().open("provision");
    open(store).write(3, digestOf(3));
    for (const other of others) assert.deepEqual(open(store, other).read(), []);
    assert.equal(open(store).read().length, 1);
  });

  it("forgets both claims", () => {
    const store = new MemoryStores().open("provision");
    open(store).write(1, digestOf(1));
    open(store).write(2, digestOf(2));
    open(store, { ...target, slot: 0 }).forget();
    assert.deepEqual(open(store).read(), []);
    assert.deepEqual(
      keys.map((key) => store.read(key)),
      [undefined, undefined],
    );
  });

  it("takes a key of another type for no claim", () => {
    const inner = new MemoryStores().open("provision");
    const store: KeyValueStore = {
      ...inner,
      read: (key) => {
        if (key === "progress.0") throw new TypeError("mismatch");
        return inner.read(key);
      },
      write: (key, value) => {
        inner.write(key, value);
      },
    };
    open(store).write(1, digestOf(1));
    assert.deepEqual(open(store).read(), [{ sectors: 1, digest: digestOf(1) }]);
  });
});
