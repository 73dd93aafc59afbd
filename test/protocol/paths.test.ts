// Request targets of a device, and the shapes of what travels in them.

import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeForm } from "../../src/protocol/form.js";
import { hostBytesMax, nameBytesMax, serialBytesMax } from "../../src/protocol/limits.js";
import {
  activateTarget,
  blobTarget,
  downloadListTarget,
  downloadPath,
  infoTarget,
  isCik,
  isHost,
  isName,
  isSerial,
  readCik,
} from "../../src/protocol/paths.js";

const cik = "0123456789abcdefghijABCDEFGHIJxyzXYZ0123";

describe("request targets", () => {
  it("are those of procedures 64 to 67", () => {
    assert.equal(activateTarget, "/provision/activate");
    assert.equal(downloadListTarget("v", "m"), "/provision/download?vendor=v&model=m");
    assert.equal(blobTarget("v", "m", "i"), "/provision/download?vendor=v&model=m&id=i");
    const info = "/provision/download?vendor=v&model=m&id=i&info=true";
    assert.equal(infoTarget("v", "m", "i"), info);
  });

  it("carry any name through a query", () => {
    const anyText = fc.string({ unit: "grapheme", maxLength: 10 });
    fc.assert(
      fc.property(anyText, anyText, anyText, (vendor, model, id) => {
        const target = infoTarget(vendor, model, id);
        assert.match(target, /^[!-~]+$/);
        const [path, query = "", ...rest] = target.split("?");
        assert.deepEqual([path, rest], [downloadPath, []]);
        assert.deepEqual(decodeForm(query), [
          ["vendor", vendor],
          ["model", model],
          ["id", id],
          ["info", "true"],
        ]);
      }),
    );
  });
});

describe("names and serials", () => {
  const illegal = [
    "",
    "a/b",
    "a?b",
    "a,b",
    'a"b',
    "a\nb",
    "a\0b",
    "ä",
    "a+b",
    "a%20b",
    "a@b",
    "a[b",
    // Clients that normalise a URL reach another path by these two.
    ".",
    "..",
  ];

  it("may hold what file names, versions and MAC addresses hold", () => {
    for (const text of [
      "a",
      "Sensor-Pro_2.bin",
      "00:1B:44:11:3A:B7",
      "~x",
      "my model",
      "...",
      ".a",
    ]) {
      assert.ok(isName(text), text);
      assert.ok(isSerial(text), text);
    }
    for (const text of illegal) {
      assert.ok(!isName(text), text);
      assert.ok(!isSerial(text), text);
    }
  });

  it("are bounded", () => {
    assert.ok(isName("a".repeat(nameBytesMax)));
    assert.ok(!isName("a".repeat(nameBytesMax + 1)));
    assert.ok(isSerial("a".repeat(serialBytesMax)));
    assert.ok(!isSerial("a".repeat(serialBytesMax + 1)));
  });
});

describe("hosts", () => {
  it("are names in letters, digits, dots and hyphens, or addresses", () => {
    for (const text of ["acme.m2.exosite.com", "localhost", "127.0.0.1", "A-1"]) {
      assert.ok(isHost(text), text);
    }
    for (const text of ["", "a_b", "a b", "http://a", "a:80", "[::1]", "ä"]) {
      assert.ok(!isHost(text), text);
    }
    assert.ok(isHost("a".repeat(hostBytesMax)));
    assert.ok(!isHost("a".repeat(hostBytesMax + 1)));
  });
});

describe("CIK", () => {
  it("is 40 letters and digits", () => {
    assert.ok(isCik(cik));
    for (const text of ["", cik.slice(1), `${cik}0`, `${cik.slice(1)}-`, `${cik.slice(1)}ä`]) {
      assert.ok(!isCik(text), text);
    }
  });

  it("is read from a body with or without line ends behind it, and nothing else", () => {
    for (const end of ["", "\n", "\r\n", "\r"]) assert.equal(readCik(cik + end), cik);
    for (const body of ["", "\r\n", ` ${cik}`, `${cik} `, `\n${cik}`, `${cik}\r\n0`, `${cik}0`]) {
      assert.equal(readCik(body), undefined, JSON.stringify(body));
    }
  });
});
