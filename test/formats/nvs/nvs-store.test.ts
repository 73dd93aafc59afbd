import assert from "node:assert/strict";

import { Nvs } from "../../../src/formats/nvs/nvs.js";
import { NvsError } from "../../../src/formats/nvs/nvs-error.js";
import { openNvsStore } from "../../../src/formats/nvs/nvs-store.js";
import { NorFlash } from "../../support/nor-flash.js";

describe("openNvsStore", () => {
  it("reads, writes and deletes strings of one namespace", () => {
    const flash = new NorFlash({ size: 3 * 4096 });
    const nvs = Nvs.open(flash);
    const [store, other] = [openNvsStore(nvs, "agent"), openNvsStore(nvs, "provision")];
    assert.equal(store.read("cik"), undefined);
    store.delete("cik");
    store.write("cik", "first");
    store.write("cik", "");
    other.write("cik", "other");
    assert.deepEqual([store.read("cik"), other.read("cik")], ["", "other"]);
    store.write("cik", "grün");
    store.close();
    const reopened = openNvsStore(Nvs.open(flash), "agent");
    assert.equal(reopened.read("cik"), "grün");
    reopened.delete("cik");
    assert.equal(reopened.read("cik"), undefined);
    assert.equal(other.read("cik"), "other");
  });

  it("throws if the key holds something not a string, and keeps it", () => {
    const nvs = Nvs.open(new NorFlash({ size: 3 * 4096 }));
    nvs.set("provision", "port", { type: "u16", value: 8883 });
    const store = openNvsStore(nvs, "provision");
    assert.throws(
      () => store.read("port"),
      (error) => error instanceof NvsError && error.kind === "type-mismatch",
    );
    store.write("port", "8883");
    assert.equal(store.read("port"), "8883");
  });

  it("throws if it is full, and keeps the old value", () => {
    const store = openNvsStore(Nvs.open(new NorFlash({ size: 3 * 4096 })), "agent");
    store.write("kept", "old");
    store.write("a", "x".repeat(3900));
    store.write("b", "x".repeat(3600));
    assert.throws(
      () => {
        store.write("kept", "y".repeat(900));
      },
      (error) => error instanceof NvsError && error.kind === "full",
    );
    assert.equal(store.read("kept"), "old");
  });
});
