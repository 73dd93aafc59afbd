// Stores in the NVS partition outlive the boot that wrote them.

import assert from "node:assert/strict";
import { openNvsStores } from "../../../hosts/node/nvs-stores.js";
import { NorFlash } from "../../support/nor-flash.js";

describe("stores in NVS", () => {
  it("keep what was written for the next boot, each domain its own", () => {
    const flash = new NorFlash({ size: 0x3000 });
    const first = openNvsStores(flash);
    first("provision").write("cik", "c".repeat(40));
    first("update").write("cik", "another");
    first("update").delete("cik");
    const next = openNvsStores(flash);
    assert.equal(next("provision").read("cik"), "c".repeat(40));
    assert.equal(next("update").read("cik"), undefined);
  });
});
