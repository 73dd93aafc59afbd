// NVS: whatever lies in the partition, opening it throws nothing but NvsError, shows a reader what
// a writer will find, comes to rest (opened a third time, it is what it was the second), and a write
// that is accepted is there afterwards, with all else.
//
//   input   what stands at the start of three pages; the rest is blank

import assert from "node:assert/strict";
import { crc32 } from "../../../src/flash/crc32.js";
import { makeNvsImage } from "../../../src/formats/nvs/nvs-image.js";
import type { NvsEntry } from "../../../src/formats/nvs/nvs-value.js";
import type * as errors from "../../../src/formats/nvs/nvs-error.js";
import type * as stores from "../../../src/formats/nvs/nvs.js";
import { NorFlash } from "../../../test/support/nor-flash.js";
import { errorOf, type Target } from "../target.js";

const pageBytes = 4096;
const pages = 3;
const entryBytes = 32;
const payloadTypes = [0x21, 0x41, 0x42];

function image(...entries: readonly NvsEntry[]): Uint8Array {
  const bytes = makeNvsImage(pages * pageBytes, entries);
  let end = bytes.length;
  while (bytes[end - 1] === 0xff) end -= 1;
  return bytes.slice(0, end);
}

function text(key: string, value: string): NvsEntry {
  return { namespace: "provision", key, type: "string", value };
}

/** As `JSON.stringify` replaces: numbers of 64 bits as text. */
function plain(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

export const nvs: Target = {
  name: "nvs",
  bytesMax: pages * pageBytes,
  tokens: [
    [0xfe, 255, 255, 255],
    [0xfc],
    [0xf8],
    [0x21],
    [0x41],
    [0x42],
    [0x48],
    [0x18],
    [0xaa],
    [0x2a],
    [0, 0],
  ].map((bytes) => Uint8Array.from(bytes)),
  seeds: () => [
    image(text("sn", "0001"), text("model", "lamp")),
    image(
      { namespace: "a", key: "n", type: "u32", value: 7 },
      { namespace: "b", key: "blob", type: "blob", value: new Uint8Array(100).fill(0x5a) },
      text("cik", "c".repeat(40)),
    ),
  ],
  /** Page headers, entries, and payloads of as many bytes as an entry says. */
  repair(input) {
    const repaired = Buffer.from(input.slice());
    for (let page = 0; page + 2 * entryBytes <= repaired.length; page += pageBytes) {
      repaired.writeUInt32LE(crc32(repaired, page + 4, page + 28), page + 28);
      for (let at = page + 2 * entryBytes; at + entryBytes <= repaired.length; at += entryBytes) {
        if (at >= page + pageBytes) break;
        const entry = repaired.subarray(at, at + entryBytes);
        if (entry.every((byte) => byte === 0xff)) break;
        const span = Math.max(1, entry[2] ?? 1);
        if (payloadTypes.includes(entry[1] ?? 0)) {
          const end = Math.min(at + entryBytes + entry.readUInt16LE(24), repaired.length);
          entry.writeUInt32LE(crc32(repaired, at + entryBytes, end), 28);
        }
        const head = Buffer.concat([entry.subarray(0, 4), entry.subarray(8)]);
        entry.writeUInt32LE(crc32(head, 0, head.length), 4);
        at += (span - 1) * entryBytes;
      }
    }
    return new Uint8Array(repaired);
  },
  async open(load) {
    const { Nvs } = await load<typeof stores>("formats/nvs/nvs.js");
    const { NvsError } = await load<typeof errors>("formats/nvs/nvs-error.js");
    const listOf = (nvs: stores.Nvs): string[] =>
      [...nvs.entries()].map((entry) => JSON.stringify(entry, plain));

    return (input) => {
      const content = new Uint8Array(pages * pageBytes).fill(0xff);
      content.set(input);
      const flash = NorFlash.of(content, { overwrite: "and" });
      let read: string[] | undefined;
      errorOf(() => {
        read = listOf(Nvs.open(flash, { readOnly: true }));
      }, NvsError);
      let found: string[] = [];
      const refusal = errorOf(() => {
        found = listOf(Nvs.open(flash));
      }, NvsError);
      if (refusal !== undefined) return;
      assert.deepEqual(found, read, "a reader and a writer differ");
      // Damage that no cut makes (one key on two pages) may take a second opening to be mended.
      const mended = listOf(Nvs.open(flash));
      const nvs = Nvs.open(flash);
      assert.deepEqual(listOf(nvs), mended, "it does not come to rest");
      const others = mended.filter(
        (entry) => !entry.startsWith('{"namespace":"fuzz","key":"fuzz"'),
      );
      const value = { type: "string", value: "x".repeat(50) } as const;
      if (errorOf(() => nvs.set("fuzz", "fuzz", value), NvsError) !== undefined) return;
      assert.deepEqual(nvs.get("fuzz", "fuzz"), value);
      const after = listOf(Nvs.open(flash));
      const written = JSON.stringify({ namespace: "fuzz", key: "fuzz", ...value });
      assert.deepEqual(after.sort(), [...others, written].sort(), "a write changed more");
    };
  },
  plant: {
    module: "formats/nvs/nvs-page-header.js",
    find: "const state = stateOfWord(word);",
    replace:
      "const state = stateOfWord(word);" +
      ' if (state === "full" && view.getUint32(4, true) > 0xffff) throw new Error("planted");',
    from: image(text("a", "b")),
  },
};
