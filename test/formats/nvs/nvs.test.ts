import assert from "node:assert/strict";

import { crc32 } from "../../../src/flash/crc32.js";
import { Nvs } from "../../../src/formats/nvs/nvs.js";
import { NvsError, type NvsErrorKind } from "../../../src/formats/nvs/nvs-error.js";
import type { NvsValue } from "../../../src/formats/nvs/nvs-value.js";
import { NorFlash, PowerCut } from "../../support/nor-flash.js";
import { eraseNamespace, contentOf } from "./nvs-verdict.js";

const pageBytes = 4096;

function blank(pages: number): NorFlash {
  return new NorFlash({ size: pages * pageBytes });
}

function u32(value: number): NvsValue {
  return { type: "u32", value };
}

function text(length: number, letter = "x"): NvsValue {
  return { type: "string", value: letter.repeat(length) };
}

function blob(length: number, byte = 1): NvsValue {
  return { type: "blob", value: new Uint8Array(length).fill(byte) };
}

function assertKind(kind: NvsErrorKind, operate: () => unknown): void {
  assert.throws(operate, (error) => {
    assert.ok(error instanceof NvsError, String(error));
    assert.equal(error.kind, kind);
    return true;
  });
}

/** The state words of all pages, in hexadecimal. */
function statesOf(flash: NorFlash): string[] {
  const { content } = flash.snapshot();
  const view = new DataView(content.buffer);
  const states: string[] = [];
  for (let at = 0; at < content.length; at += pageBytes) {
    states.push(view.getUint32(at, true).toString(16));
  }
  return states;
}

/** A partition with a string app:key of these three bytes, and that CRC of them. */
function withString(bytes: Uint8Array, crc = crc32(bytes)): NorFlash {
  const flash = blank(3);
  Nvs.open(flash).set("app", "key", text(2));
  const { content } = flash.snapshot();
  const entry = content.subarray(64 + 32, 64 + 96);
  const view = new DataView(entry.buffer, entry.byteOffset);
  entry.set(bytes, 32);
  view.setUint32(28, crc, true);
  view.setUint32(4, crc32(entry, 8, 32, crc32(entry, 0, 4)), true);
  return NorFlash.of(content);
}

const everyType: readonly NvsValue[] = [
  { type: "u8", value: 255 },
  { type: "i8", value: -128 },
  { type: "u16", value: 65535 },
  { type: "i16", value: -32768 },
  { type: "u32", value: 0xffffffff },
  { type: "i32", value: -0x80000000 },
  { type: "u64", value: 2n ** 64n - 1n },
  { type: "i64", value: -(2n ** 63n) },
  { type: "float", value: 0.5 },
  { type: "double", value: 0.1 },
  { type: "string", value: "" },
  { type: "string", value: "température ☃ 🚀" },
  { type: "blob", value: new Uint8Array() },
  { type: "blob", value: new Uint8Array(9000).fill(0xff) },
];

describe("Nvs", () => {
  it("is empty on a blank partition, and opening changes nothing there", () => {
    const flash = blank(3);
    const nvs = Nvs.open(flash);
    assert.deepEqual([...nvs.entries()], []);
    assert.equal(nvs.get("app", "key"), undefined);
    assert.equal(nvs.erase("app", "key"), false);
    assert.equal(flash.operations.length, 0);
    assert.deepEqual(nvs.stats(), {
      usedEntries: 0,
      freeEntries: 378,
      availableEntries: 252,
      totalEntries: 378,
      namespaces: 0,
    });
  });

  it("keeps values of every type over a restart", () => {
    const flash = blank(8);
    const nvs = Nvs.open(flash);
    for (const [i, value] of everyType.entries()) nvs.set("app", `key ${i}`, value);
    for (const store of [nvs, Nvs.open(flash), Nvs.open(flash, { readOnly: true })]) {
      for (const [i, value] of everyType.entries()) {
        assert.deepEqual(store.get("app", `key ${i}`), value);
      }
    }
  });

  it("replaces a value, also by one of another type", () => {
    const flash = blank(6);
    for (const value of [...everyType, ...everyType.slice().reverse()]) {
      Nvs.open(flash).set("app", "key", value);
      const nvs = Nvs.open(flash);
      assert.deepEqual(nvs.get("app", "key"), value);
      assert.equal([...nvs.entries()].length, 1);
    }
  });

  it("keeps namespaces apart", () => {
    const nvs = Nvs.open(blank(3));
    nvs.set("a", "key", u32(1));
    nvs.set("b", "key", u32(2));
    assert.deepEqual([nvs.get("a", "key"), nvs.get("b", "key")], [u32(1), u32(2)]);
    eraseNamespace(nvs, "a");
    eraseNamespace(nvs, "none");
    assert.deepEqual([nvs.get("a", "key"), nvs.get("b", "key")], [undefined, u32(2)]);
    assert.equal(nvs.stats().namespaces, 2);
  });

  it("erases a key, and says whether it was there", () => {
    const nvs = Nvs.open(blank(4));
    for (const value of [u32(1), text(100), blob(5000)]) {
      nvs.set("app", "key", value);
      assert.equal(nvs.erase("app", "key"), true);
      assert.equal(nvs.get("app", "key"), undefined);
      assert.equal(nvs.erase("app", "key"), false);
    }
    assert.equal(nvs.stats().usedEntries, 1);
  });

  it("writes nothing if the value is there already", () => {
    const flash = blank(6);
    const nvs = Nvs.open(flash);
    for (const [i, value] of everyType.entries()) nvs.set("app", `key ${i}`, value);
    flash.powerOn();
    for (const [i, value] of everyType.entries()) nvs.set("app", `key ${i}`, value);
    assert.equal(flash.operations.length, 0);
  });

  it("tells strings and blobs apart that differ in one byte, or only in length", () => {
    const nvs = Nvs.open(blank(6));
    const bytes = new Uint8Array(5000);
    for (const [at, byte] of [
      [0, 1],
      [31, 1],
      [2047, 1],
      [4999, 1],
      [4999, 2],
    ] as const) {
      bytes[at] = byte;
      nvs.set("app", "key", { type: "blob", value: bytes.slice() });
      assert.deepEqual(nvs.get("app", "key")?.value, bytes);
    }
    for (const length of [33, 32, 31, 32]) {
      nvs.set("app", "text", text(length));
      assert.deepEqual(nvs.get("app", "text"), text(length));
    }
  });

  it("refuses what no partition takes, and changes nothing", () => {
    const flash = blank(3);
    const nvs = Nvs.open(flash);
    const cases: [NvsErrorKind, string, string, NvsValue][] = [
      ["bad-key", "app", "", u32(1)],
      ["bad-key", "", "key", u32(1)],
      ["bad-key", "app", "a\0b", u32(1)],
      ["key-too-long", "app", "k".repeat(16), u32(1)],
      ["key-too-long", "app", "é".repeat(8), u32(1)],
      ["key-too-long", "n".repeat(16), "key", u32(1)],
      ["bad-value", "app", "key", { type: "u8", value: 256 }],
      ["bad-value", "app", "key", { type: "i8", value: -129 }],
      ["bad-value", "app", "key", { type: "u16", value: 1.5 }],
      ["bad-value", "app", "key", { type: "u32", value: -1 }],
      ["bad-value", "app", "key", { type: "i32", value: NaN }],
      ["bad-value", "app", "key", { type: "u64", value: -1n }],
      ["bad-value", "app", "key", { type: "i64", value: 2n ** 63n }],
      ["bad-value", "app", "key", { type: "string", value: "a\0b" }],
      ["value-too-long", "app", "key", text(4000)],
      ["value-too-long", "app", "key", blob(8001)],
    ];
    for (const [kind, namespace, key, value] of cases) {
      assertKind(kind, () => {
        nvs.set(namespace, key, value);
      });
    }
    assert.equal(flash.operations.length, 0);
    nvs.set("n".repeat(15), "k".repeat(15), text(3999));
    assert.deepEqual(nvs.get("n".repeat(15), "k".repeat(15)), text(3999));
  });

  it("refuses a new value for want of room, and keeps the old ones; what is erased is room", () => {
    for (const value of [u32(7), text(300), blob(300), blob(2000)]) {
      const flash = blank(3);
      const nvs = Nvs.open(flash);
      const kept = new Map<string, NvsValue>();
      assertKind("full", () => {
        for (let i = 0; i < 1000; i += 1) {
          nvs.set("app", `key ${i}`, value);
          kept.set(`key ${i}`, value);
        }
      });
      for (const [key, old] of kept) assert.deepEqual(nvs.get("app", key), old);
      assert.equal(contentOf(Nvs.open(flash)).size, kept.size);
      assert.deepEqual(Nvs.open(flash).stats(), nvs.stats());
      for (const key of [...kept.keys()].slice(0, 2)) nvs.erase("app", key);
      nvs.set("app", "new", value);
      assert.deepEqual(Nvs.open(flash).get("app", "new"), value);
    }
  });

  it("does not touch flash to find that there is no room", () => {
    const flash = blank(2);
    const nvs = Nvs.open(flash);
    assertKind("full", () => {
      for (let i = 0; ; i += 1) nvs.set("app", `key ${i}`, u32(i));
    });
    flash.powerOn();
    assertKind("full", () => {
      nvs.set("app", "new", u32(1));
    });
    assert.equal(flash.operations.length, 0);
  });

  it("updates one key for ever, in as few as two pages", () => {
    for (const pages of [2, 3, 4]) {
      const flash = blank(pages);
      const nvs = Nvs.open(flash);
      nvs.set("app", "kept", text(100));
      for (let i = 0; i < 2000; i += 1) nvs.set("app", "count", u32(i));
      const reopened = Nvs.open(flash);
      assert.deepEqual(reopened.get("app", "count"), u32(1999));
      assert.deepEqual(reopened.get("app", "kept"), text(100));
      assert.ok(flash.counts.erases >= 2000 / 126, "pages were never erased");
      assert.ok(statesOf(flash).includes("ffffffff"), "no page is free");
    }
  });

  it("takes as many namespaces as there are numbers", () => {
    const nvs = Nvs.open(blank(6));
    for (let i = 1; i <= 254; i += 1) nvs.set(`n${i}`, "key", u32(i));
    for (let i = 1; i <= 254; i += 1) assert.deepEqual(nvs.get(`n${i}`, "key"), u32(i));
    assertKind("full", () => {
      nvs.set("one more", "key", u32(1));
    });
  });

  it("changes nothing if read-only, and refuses to", () => {
    const flash = blank(3);
    Nvs.open(flash).set("app", "key", u32(1));
    const nvs = Nvs.open(NorFlash.of(flash.snapshot().content, { readOnly: true }), {
      readOnly: true,
    });
    const changes = [
      () => {
        nvs.set("app", "key", u32(2));
      },
      () => nvs.erase("app", "key"),
      () => {
        eraseNamespace(nvs, "app");
      },
    ];
    for (const change of changes) assertKind("read-only", change);
    assert.deepEqual(nvs.get("app", "key"), u32(1));
  });

  it("reads a full partition without a free page, but does not write there, nor wipe it", () => {
    const flash = blank(3);
    const nvs = Nvs.open(flash);
    for (let i = 0; i < 200; i += 1) nvs.set("app", `key ${i}`, u32(i));
    const image = flash.snapshot().content.subarray(0, 2 * pageBytes);
    const cut = NorFlash.of(image);
    assertKind("no-free-page", () => Nvs.open(cut));
    assert.deepEqual(cut.snapshot().content, image);
    assert.equal([...Nvs.open(cut, { readOnly: true }).entries()].length, 200);
    assertKind("no-free-page", () => Nvs.open(blank(1)));
  });

  it("writes no more after a write that failed half way, until it is opened again", () => {
    const flash = blank(3);
    const nvs = Nvs.open(flash);
    nvs.set("app", "key", u32(1));
    flash.cutAt({ operation: 1, bytes: 0 });
    assert.throws(() => {
      nvs.set("app", "key", u32(2));
    }, PowerCut);
    flash.powerOn();
    assertKind("interrupted", () => {
      nvs.set("app", "key", u32(3));
    });
    Nvs.open(flash).set("app", "key", u32(3));
    assert.deepEqual(Nvs.open(flash).get("app", "key"), u32(3));
  });

  it("refuses a partition with other erase blocks than NVS has pages", () => {
    assert.throws(() => Nvs.open(new NorFlash({ size: 65536, blockLength: 32768 })), /4096/);
  });

  it("does not give a string whose CRC is wrong, and can set it anew", () => {
    const flash = withString(Uint8Array.of(0x61, 0x62, 0), 0);
    const nvs = Nvs.open(flash);
    assert.equal(nvs.get("app", "key"), undefined);
    assert.deepEqual([...nvs.entries()], []);
    nvs.set("app", "key", text(2));
    assert.deepEqual(Nvs.open(flash).get("app", "key"), text(2));
  });

  it("gives a string up to its first NUL, and what is not UTF-8 as U+FFFD", () => {
    for (const [bytes, value] of [
      [[0xff, 0x62, 0], "\ufffdb"],
      [[0x61, 0, 0x63], "a"],
      [[0x61, 0x62, 0x63], "abc"],
    ] as const) {
      const nvs = Nvs.open(withString(Uint8Array.from(bytes)));
      assert.deepEqual(nvs.get("app", "key"), { type: "string", value });
    }
  });

  it("reads little flash: a string of 90 bytes costs under 150 reads on six pages", () => {
    const flash = blank(6);
    const nvs = Nvs.open(flash);
    for (let i = 0; i < 60; i += 1) nvs.set("other", `key ${i}`, text(200));
    nvs.set("app", "key", text(90, "a"));
    let readsMax = 0;
    for (let i = 0; i < 200; i += 1) {
      flash.resetCounts();
      nvs.set("app", "key", text(90, "abcdef".charAt(i % 6)));
      readsMax = Math.max(readsMax, flash.counts.reads);
    }
    assert.ok(readsMax < 150, `${readsMax} reads`);
  });
});
