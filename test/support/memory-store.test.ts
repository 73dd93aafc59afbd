// The fake delivers the port's rules and its one fault: tests that rely on them can fail.

import assert from "node:assert/strict";
import { MemoryStores } from "./memory-store.js";

const badNames: readonly [what: string, name: string][] = [
  ["an empty name", ""],
  ["a name of 16 bytes", "sixteen-bytes-16"],
  ["a name of 15 characters that are more bytes", "fünfzehn-zeiche"],
];

const badValues: readonly [what: string, value: string][] = [
  ["a value of 4,000 bytes", "x".repeat(4000)],
  ["a value of fewer characters that are 4,000 bytes", "é".repeat(2000)],
  ["a value with a NUL", "one\0two"],
];

describe("the key-value store in memory", () => {
  it("reads back what was written last, and undefined for what never was or was deleted", () => {
    const store = new MemoryStores().open("provision");
    assert.equal(store.read("cik"), undefined);
    store.write("cik", "old");
    store.write("cik", "new");
    assert.equal(store.read("cik"), "new");
    store.delete("cik");
    assert.equal(store.read("cik"), undefined);
    store.delete("cik");
  });

  it("keeps a domain over closing and opening, apart from other domains", () => {
    const stores = new MemoryStores();
    const store = stores.open("provision");
    store.write("sn", "0001");
    store.close();
    assert.equal(stores.open("provision").read("sn"), "0001");
    assert.equal(stores.open("update").read("sn"), undefined);
  });

  it("takes names of 15 bytes and values of 3,999", () => {
    const store = new MemoryStores().open("d".repeat(15));
    for (const value of ["", "x".repeat(3999), "é".repeat(1999)]) {
      store.write("k".repeat(15), value);
      assert.equal(store.read("k".repeat(15)), value);
    }
  });

  for (const [what, name] of badNames) {
    it(`refuses ${what}, of a domain and in every call`, () => {
      const stores = new MemoryStores();
      const store = stores.open("provision");
      assert.throws(() => stores.open(name), /no NVS name/);
      assert.throws(() => store.read(name), /no NVS name/);
      assert.throws(() => {
        store.write(name, "value");
      }, /no NVS name/);
      assert.throws(() => {
        store.delete(name);
      }, /no NVS name/);
    });
  }

  for (const [what, value] of badValues) {
    it(`refuses ${what} and keeps the old one`, () => {
      const store = new MemoryStores().open("provision");
      store.write("cik", "old");
      assert.throws(() => {
        store.write("cik", value);
      }, /no NVS string/);
      assert.equal(store.read("cik"), "old");
    });
  }

  it("counts keys and values of all domains as bytes", () => {
    const stores = new MemoryStores();
    stores.open("one").write("key", "é");
    stores.open("two").write("k", "1234");
    assert.equal(stores.bytes, 3 + 2 + 1 + 4);
  });

  it("full, refuses what is new or longer and keeps the old value; the rest still works", () => {
    const stores = new MemoryStores();
    const store = stores.open("provision");
    store.write("cik", "0123456789");
    stores.bytesMax = stores.bytes;
    const longer = () => {
      store.write("cik", "0123456789a");
    };
    const another = () => {
      stores.open("update").write("k", "");
    };
    assert.throws(longer, /full/);
    assert.throws(another, /full/);
    assert.equal(store.read("cik"), "0123456789");
    store.write("cik", "abcdefghij");
    assert.equal(store.read("cik"), "abcdefghij");
    store.write("cik", "short");
    another();
    assert.throws(longer, /full/);
    stores.bytesMax = Infinity;
    longer();
  });
});
