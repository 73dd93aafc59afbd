import assert from "node:assert/strict";

import type { OpenStore } from "../../../src/ports/key-value.js";
import storage from "./moddable/key-value.js";
import "./moddable/register.js";

describe("key-value storage on the chip", () => {
  let openStore: OpenStore;

  before(async () => {
    ({ openStore } = await import("../../../hosts/esp32/key-value.js"));
  });

  it("reads, writes and deletes the strings of one namespace", () => {
    const store = openStore("provision");
    assert.equal(store.read("sn"), undefined);
    store.write("sn", "0001");
    assert.equal(openStore("provision").read("sn"), "0001");
    assert.equal(openStore("other").read("sn"), undefined);
    store.delete("sn");
    store.delete("sn");
    assert.equal(store.read("sn"), undefined);
    store.close();
    assert.equal(storage.namespaces.get("provision")?.get("closed"), 1);
  });

  it("throws if the entry is not a string", () => {
    const store = openStore("typed");
    storage.namespaces.get("typed")?.set("port", 80);
    assert.throws(() => store.read("port"), /mismatch/);
  });
});
