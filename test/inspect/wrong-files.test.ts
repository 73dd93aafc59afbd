// Files that people take for flash files, and flash files with a mistake: each is called by its name.

import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { openSha256 } from "../../hosts/node/digest.js";
import { makeNvsImage } from "../../src/formats/nvs/nvs-image.js";
import { foreignKind } from "../../src/inspect/foreign-file.js";
import { inspect } from "../../src/inspect/inspect.js";
import { problemsOf } from "../../src/inspect/inspection.js";
import { recordWords } from "../../src/inspect/record-words.js";
import { makeFlashImage } from "../../src/simulator/firmware/flash-image.js";
import { loadFile } from "../support/vectors.js";

const options = { openDigest: openSha256 };

/** A FAT partition: its last sector has the configuration of the wear levelling. */
function wearLevelled(byteLength: number): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  const view = new DataView(bytes.buffer, byteLength - 4096);
  for (const [index, value] of [0, byteLength, 4096, 4096, 16, 16, 2, 32].entries()) {
    view.setUint32(4 * index, value, true);
  }
  return bytes;
}

describe("a file that does not belong in a flash", () => {
  const kinds: readonly [name: RegExp, content: string | Uint8Array][] = [
    [/^is empty$/, ""],
    [/^is compressed \(gzip\)/, gzipSync("x")],
    [/^is a ZIP archive/, "PK\x03\x04..."],
    [/^is an ELF file: take the \.bin file/, "\x7fELF\x01"],
    [/^is a UF2 file/, "UF2\nWQ]\x9e"],
    [/^is an HTML page/, "\n<html><body>504</body></html>"],
    [/^is an HTML page/, "\ufeff<!doctype HTML>"],
    [
      /^is a Git LFS pointer, .*: run git lfs pull$/,
      "version https://git-lfs.github.com/spec/v1\n",
    ],
    [/^is an Intel HEX file/, ":10000000FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00\n"],
    [/^is a text \(JSON\)$/, '{ "a": 1 }'],
    [/^is a table of NVS keys/, "key,type,encoding,value\nprovision,namespace,,\n"],
    [/^is a text in UTF-16/, Buffer.from("\ufeffnvs,data", "utf16le")],
    [/^is a FAT file system with wear levelling$/, wearLevelled(0x8000)],
    [/^is a text$/, "# Lamp\r\n\r\nRead me.\r\n"],
  ];
  for (const [name, content] of kinds) {
    it(`is called by its name: ${name.source}`, () => {
      const bytes = Buffer.from(content);
      assert.match(foreignKind(bytes) ?? "", name);
      assert.equal(inspect(bytes, options), undefined);
    });
  }

  it("has no name if nothing is known about it", () => {
    assert.equal(foreignKind(Uint8Array.of(7, 1, 0, 3)), undefined);
  });
});

describe("inspect, of a file with a mistake,", () => {
  const heading = "# Name, Type, SubType, Offset, Size, Flags\n";
  for (const [what, row, problem] of [
    ["a size with a fraction", "app0,app,ota_0,,1.5M", /^line 3: /],
    ["a size in KB", "app0,app,ota_0,,24KB", /^line 3: /],
    ["a heading without #", "Name,Type,SubType,Offset,Size", /^line 3: /],
    ["semicolons", "app0;app;ota_0;;1M", /^line 3: /],
    ["an unknown flag", "app0,app,ota_0,,1M,secret", /^line 3: /],
    ["a comment in the line", "app0,app,ota_0,,1M # slot", /^line 3: /],
    ["a boot loader's line", "boot,bootloader,primary,0x1000,0x7000", /^line 3: bootloader part/],
    ["a label that is not ASCII", "réglages,data,nvs,,0x4000", /^line 3: .*not ASCII$/],
  ] as const) {
    it(`names the line of a partition table with ${what}`, () => {
      const bytes = Buffer.from(`${heading}nvs,data,nvs,0x9000,0x6000\n${row}\n`);
      const found = inspect(bytes, options);
      assert.equal(found?.kind, "partition-table");
      assert.match(problemsOf(found)[0] ?? "", problem);
    });
  }

  it("finds a partition table elsewhere than at 0x8000, if it is whole", () => {
    const flash = makeFlashImage({
      identity: { vendor: "acme", model: "lamp", sn: "1" },
      firmware: loadFile("app-image", "esp32-1.1.0.bin"),
    });
    for (const offset of [0x9000, 0xd000, 0x10000]) {
      const moved = Uint8Array.from(flash).fill(0xff, 0x8000, 0x9000);
      moved.set(flash.subarray(0x8000, 0x8c00), offset);
      const found = inspect(moved, options);
      assert.ok(found?.kind === "flash");
      assert.deepEqual([found.flash.tableOffset, found.flash.table.verdict], [offset, "good"]);
      moved[offset + 40] = 0x55;
      assert.notEqual(inspect(moved, options)?.kind, "flash");
    }
  });

  it("says that an NVS partition is probably encrypted, in one line", () => {
    const image = makeNvsImage(
      0x4000,
      Array.from({ length: 20 }, (_, at) => {
        return { namespace: "provision", key: `key${at}`, type: "u8" as const, value: at };
      }),
    );
    const encrypted = Uint8Array.from(image);
    for (let at = 64; at < 4096; at++) encrypted[at] = ((encrypted[at] ?? 0) * 5 + at * 7) & 0xff;
    const found = inspect(encrypted, options);
    assert.equal(found?.kind, "nvs");
    const problems = problemsOf(found);
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? "", /probably encrypted/);
    assert.deepEqual(problemsOf(inspect(image, options) ?? assert.fail()), []);
  });

  it("says that an image is for another kind of chip", () => {
    const esp8266 = Buffer.from("e9010240401010400000104000f01000" + "5a".repeat(64), "hex");
    const found = inspect(esp8266, options);
    assert.match(problemsOf(found ?? assert.fail())[0] ?? "", /perhaps of an ESP8266$/);
  });
});

describe("the agent's records in words", () => {
  const release = "id=lamp-3.0.0&size=1048576&time=1700000000&version=3.0.0";
  for (const [key, value, words] of [
    [
      "rejected",
      `${release}&reason=it+says+version+%221.1.0%22\n${release}&reason=short&bad=2`,
      'lamp-3.0.0 rejected, because: it says version "1.1.0"; ' +
        "lamp-3.0.0 came out wrong 2 times, because: short",
    ],
    ["target", `${release}&slot=1`, "downloading lamp-3.0.0 (1048576 bytes) to ota_1"],
    [
      "armed",
      `${release}&slot=1&digest=00&trials=2&silent=0`,
      "lamp-3.0.0 (1048576 bytes) is ready in ota_1, on trial 2 times so far",
    ],
    ["confirmed", "slot=1&size=4096&digest=00", "ota_1 is confirmed, 4096 bytes"],
    ["target", "nonsense", undefined],
    ["sn", "0001", undefined],
  ] as const) {
    it(`${key} ${value.slice(0, 20)}`, () => {
      assert.equal(recordWords("provision", key, value), words);
      assert.equal(recordWords("other", key, value), undefined);
    });
  }
});
