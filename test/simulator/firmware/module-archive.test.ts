import assert from "node:assert/strict";

import fc from "fast-check";

import { decodeModules, encodeModules } from "../../../src/simulator/firmware/module-archive.js";

const names = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}\.js$/);

describe("the archive of modules", () => {
  it("gives back what was put in, whatever follows it", () => {
    const modules = fc.dictionary(names, fc.string({ unit: "binary" }), { noNullPrototype: true });
    const property = fc.property(modules, fc.uint8Array(), (put, rest) => {
      const archive = encodeModules(put);
      assert.deepEqual(decodeModules(Buffer.concat([archive, rest])), put);
    });
    fc.assert(property);
  });

  it("is refused when it is cut short anywhere", () => {
    const archive = encodeModules({ "main.js": "trace(1)", "device.js": "" });
    for (let byteLength = 0; byteLength < archive.length; byteLength += 1) {
      const cut = archive.subarray(0, byteLength);
      assert.throws(() => decodeModules(cut), /no program|cut short/, String(byteLength));
    }
  });

  it("takes no name that leads to another folder, neither in nor out", () => {
    const hidden = encodeModules({ "aaaaaa.js": "" });
    hidden.write("../../x.j", hidden.indexOf("aaaaaa.js"));
    assert.throws(() => decodeModules(hidden), /no name for a module/);
    for (const name of ["../main.js", "a/b.js", "/main.js", "main", ".js", "main.js\0"]) {
      assert.throws(() => encodeModules({ [name]: "" }), /no name for a module/, name);
    }
  });
});
