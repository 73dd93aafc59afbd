// NVS against a model: random calls on a small partition, where pages are moved all the time, beside
// the same calls on a Map; and flash full of garbage, where nothing but an NvsError may come out.

import assert from "node:assert/strict";

import fc from "fast-check";

import { crc32 } from "../../../src/flash/crc32.js";
import { Nvs } from "../../../src/formats/nvs/nvs.js";
import { NvsError } from "../../../src/formats/nvs/nvs-error.js";
import type { NvsEntry, NvsValue } from "../../../src/formats/nvs/nvs-value.js";
import { NorFlash } from "../../support/nor-flash.js";
import { anyBlob, anyValue } from "./nvs-arbitrary.js";
import { eraseNamespace } from "./nvs-verdict.js";

type Call =
  | {
      readonly verb: "set";
      readonly namespace: string;
      readonly key: string;
      readonly value: NvsValue;
    }
  | { readonly verb: "erase"; readonly namespace: string; readonly key: string }
  | { readonly verb: "erase all"; readonly namespace: string }
  | { readonly verb: "reopen" };

const namespace = fc.constantFrom("app", "provision");
const key = fc.constantFrom("a", "b", "c", "key", "key of fifteen b");
const shortKey = key.map((name) => name.slice(0, 15));

const anyCall: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record({
      verb: fc.constant("set" as const),
      namespace,
      key: shortKey,
      value: fc.oneof({ weight: 5, arbitrary: anyValue }, { weight: 1, arbitrary: anyBlob(7000) }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ verb: fc.constant("erase" as const), namespace, key: shortKey }),
  },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant("erase all" as const), namespace }) },
  { weight: 3, arbitrary: fc.constant({ verb: "reopen" as const }) },
);

/** A store and what it must hold, by namespace and key. */
interface Pair {
  nvs: Nvs;
  readonly flash: NorFlash;
  readonly model: Map<string, NvsEntry>;
}

function apply(pair: Pair, call: Call): void {
  const { nvs, flash, model } = pair;
  switch (call.verb) {
    case "set": {
      const entry: NvsEntry = { namespace: call.namespace, key: call.key, ...call.value };
      if (accepts(nvs, entry)) model.set(placeOf(call), entry);
      break;
    }
    case "erase":
      assert.equal(nvs.erase(call.namespace, call.key), model.delete(placeOf(call)));
      break;
    case "erase all":
      eraseNamespace(nvs, call.namespace);
      for (const [place, entry] of model) {
        if (entry.namespace === call.namespace) model.delete(place);
      }
      break;
    case "reopen":
      pair.nvs = Nvs.open(flash);
      break;
    default:
      call satisfies never;
  }
}

/** Sets a value; false if it was refused for want of room. */
function accepts(nvs: Nvs, entry: NvsEntry): boolean {
  try {
    nvs.set(entry.namespace, entry.key, entry);
    return true;
  } catch (error) {
    const isRefused = error instanceof NvsError && /^(full|value-too-long)$/.test(error.kind);
    if (!isRefused) throw error;
    return false;
  }
}

function placeOf({ namespace, key }: { namespace: string; key: string }): string {
  return `${namespace}:${key}`;
}

function assertEqual({ nvs, model }: Pair): void {
  const entries = [...nvs.entries()];
  assert.deepEqual(new Map(entries.map((entry) => [placeOf(entry), entry])), model);
  assert.equal(entries.length, model.size);
  for (const { namespace, key, type, value } of model.values()) {
    assert.deepEqual(nvs.get(namespace, key), { type, value });
  }
}

describe("Nvs, random calls", () => {
  it("holds what a Map holds, while pages are moved, and after each restart", () => {
    const pageCount = fc.constantFrom(2, 3, 4, 6);
    let [erases, refusals] = [0, 0];
    fc.assert(
      fc.property(pageCount, fc.array(anyCall, { maxLength: 150, size: "max" }), (pages, calls) => {
        const flash = new NorFlash({ size: pages * 4096 });
        const pair: Pair = { nvs: Nvs.open(flash), flash, model: new Map() };
        for (const call of calls) {
          apply(pair, call);
          if (call.verb === "set" && !pair.model.has(placeOf(call))) refusals += 1;
          if (call.verb === "reopen") assertEqual(pair);
        }
        assertEqual(pair);
        apply(pair, { verb: "reopen" });
        assertEqual(pair);
        erases += flash.counts.erases;
      }),
      { numRuns: 40 },
    );
    assert.ok(erases > 100 && refusals > 5, `${erases} erases, ${refusals} refusals`);
  });
});

/** Where to change a partition, and to what; headers and bitmaps as often as all the rest. */
const anyDamage = fc.array(
  fc.tuple(fc.nat(2), fc.oneof(fc.nat(4095), fc.nat(63), fc.nat(1000)), fc.nat(255)),
  { minLength: 1, maxLength: 12 },
);

/** A partition in use: two pages with items of all kinds. */
function used(): Uint8Array {
  const flash = new NorFlash({ size: 3 * 4096 });
  const nvs = Nvs.open(flash);
  for (let i = 0; i < 30; i += 1) {
    nvs.set("app", `k${i % 11}`, { type: "u16", value: i });
    nvs.set("app", `s${i % 7}`, { type: "string", value: "s".repeat(2 * i) });
    if (i % 4 === 0) nvs.set("blob", "b", { type: "blob", value: new Uint8Array(50 * i) });
  }
  return flash.snapshot().content;
}

/** Opens, reads and writes. It may be refused; what is not is there after a restart. */
function exercise(flash: NorFlash): void {
  const written = new Map<string, NvsEntry>();
  try {
    Array.from(Nvs.open(flash, { readOnly: true }).entries());
    const nvs = Nvs.open(flash);
    for (const { namespace, key } of [...nvs.entries()]) {
      if (namespace !== "" && key !== "") nvs.get(namespace, key);
    }
    for (let i = 0; i < 12; i += 1) {
      const key = `new ${i % 3}`;
      const entry = { namespace: "app", key, type: "string", value: `${i}`.repeat(150) } as const;
      nvs.set("app", key, entry);
      written.set(key, entry);
    }
    nvs.erase("app", "new 0");
    written.delete("new 0");
    const blob = { type: "blob", value: new Uint8Array(3000).fill(7) } as const;
    nvs.set("app", "b", blob);
    written.set("b", { namespace: "app", key: "b", ...blob });
  } catch (error) {
    if (!(error instanceof NvsError)) throw error;
    if (/^(no-free-page|new-version)$/.test(error.kind)) return;
  }
  const nvs = Nvs.open(flash);
  for (const [key, { type, value }] of written)
    assert.deepEqual(nvs.get("app", key), { type, value });
  if (!written.has("new 0")) assert.equal(nvs.get("app", "new 0"), undefined);
}

describe("Nvs, damaged flash", () => {
  it("makes nothing but an NvsError of random bytes", () => {
    const anyPage = fc.uint8Array({ minLength: 4096, maxLength: 4096 });
    fc.assert(
      fc.property(fc.tuple(anyPage, anyPage, anyPage), (pages) => {
        exercise(NorFlash.of(Uint8Array.from(Buffer.concat(pages))));
      }),
      { numRuns: 30 },
    );
  });

  it("makes nothing but an NvsError of a partition with bytes changed", () => {
    const image = used();
    fc.assert(
      fc.property(anyDamage, fc.boolean(), fc.boolean(), (damage, isCleared, isSealed) => {
        const damaged = Uint8Array.from(image);
        for (const [page, offset, byte] of damage) {
          const at = 4096 * page + offset;
          damaged[at] = isCleared ? (image[at] ?? 0) & byte : byte;
        }
        if (isSealed) seal(damaged);
        exercise(NorFlash.of(damaged));
      }),
      { numRuns: 200 },
    );
  });
});

/** Makes the CRCs of all headers and of all entries right: damage that only other checks find. */
function seal(image: Uint8Array): void {
  const view = new DataView(image.buffer);
  for (let page = 0; page < image.length; page += 4096) {
    if (image[page] === 0xff) continue;
    view.setUint32(page + 28, crc32(image, page + 4, page + 28), true);
    for (let at = page + 64; at < page + 4096; at += 32) {
      const isBlank = image.subarray(at, at + 32).every((byte) => byte === 0xff);
      const head = crc32(image, at, at + 4);
      if (!isBlank) view.setUint32(at + 4, crc32(image, at + 8, at + 32, head), true);
    }
  }
}
