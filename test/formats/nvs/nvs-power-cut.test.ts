// NVS under power cuts: at every byte of every flash operation of a life that moves pages, then at
// pairs of cuts, the second one within the recovery from the first.
//
// The oracle: the key in flight is old or new, every other key is as it was, no entry is used that
// need not be, and the store works on.

import assert from "node:assert/strict";

import { Nvs } from "../../../src/formats/nvs/nvs.js";
import type { NvsValue } from "../../../src/formats/nvs/nvs-value.js";
import {
  type Cut,
  type CutGrid,
  cutsIn,
  type FlashOperation,
  NorFlash,
  PowerCut,
} from "../../support/nor-flash.js";
import { eraseNamespace, contentOf, digestOf, placeOf } from "./nvs-verdict.js";

/** One call on a store: sets a key, or erases it. */
interface Step {
  readonly key: string;
  readonly value?: NvsValue;
}

/** All a store holds, and the entries it takes; as text. */
type State = string;

const size = 3 * 4096;

const fineGrid: CutGrid = { borders: [0, 0x5a], eraseStep: 1024, unstableSeed: 1 };
const movingGrid: CutGrid = { borders: [0x0f], eraseStep: 1024, unstableSeed: 2 };

function u32(key: string, value: number): Step {
  return { key, value: { type: "u32", value } };
}

function text(key: string, length: number, letter: string): Step {
  return { key, value: { type: "string", value: letter.repeat(length) } };
}

function blob(key: string, length: number, byte: number): Step {
  return { key, value: { type: "blob", value: new Uint8Array(length).fill(byte) } };
}

/** Leaves two free entries on the only page, and 113 that are erased: worth moving. */
const life: readonly Step[] = [
  text("name", 20, "a"),
  blob("id", 70, 1),
  text("cik", 40, "b"),
  ...Array.from({ length: 114 }, (_, i) => u32("count", i)),
];

/** Each is cut everywhere, on what `life` and those before it leave. */
const steps: readonly Step[] = [
  u32("count", 1000),
  text("name", 90, "c"), // does not fit: a second page
  blob("id", 100, 0xff), // looks erased
  blob("id", 33, 2), // its chunk has the first one's number again
  { key: "name", value: { type: "u8", value: 1 } }, // another type
  text("cik", 41, "d"), // the old one is on an older page
  blob("cik", 64, 3), // a string becomes a blob,
  u32("cik", 5), // and a number
  { key: "id" },
  { key: "count" },
];

/** Fills a page of its own. */
const fillPage = text("filler", 3999, "f");

/** Steps that have to move a page, each on what must be done before it. */
const movingSteps: readonly { readonly before: readonly Step[]; readonly step: Step }[] = [
  { before: [...life, fillPage], step: text("cik", 41, "g") },
  { before: [text("junk", 3200, "j"), { key: "junk" }], step: blob("id", 450, 4) },
];

function apply(nvs: Nvs, { key, value }: Step): void {
  if (value === undefined) nvs.erase("app", key);
  else nvs.set("app", key, value);
}

function runAll(flash: NorFlash, steps: readonly Step[]): void {
  const nvs = Nvs.open(flash);
  for (const step of steps) apply(nvs, step);
}

function stateOf(nvs: Nvs): State {
  const lines = [...nvs.entries()].map((entry) => {
    const digest = digestOf(entry);
    assert.equal(digestOf(nvs.get(entry.namespace, entry.key)), digest, entry.key);
    return `${placeOf(entry)} ${digest ?? ""}`;
  });
  return [...lines.sort(), `${nvs.stats().usedEntries} entries`].join("\n");
}

/** The state that `step` leads to, and the operations it takes; flash is as it was then. */
function rehearse(flash: NorFlash, step: Step): { next: State; operations: FlashOperation[] } {
  const start = flash.snapshot();
  flash.powerOn();
  runAll(flash, [step]);
  const operations = [...flash.operations];
  assert.notEqual(operations.length, 0, "the step does nothing");
  const next = stateOf(Nvs.open(flash));
  flash.restore(start);
  return { next, operations };
}

function assertOldOrNew(nvs: Nvs, old: State, next: State, cut: unknown): void {
  const state = stateOf(nvs);
  if (state === old || state === next) return;
  assert.fail(`neither old nor new after ${JSON.stringify(cut)}:\n${state}\nold:\n${old}`);
}

/** Cuts `step` everywhere and opens again, then does it; returns how many cuts that were. */
function cutEverywhere(flash: NorFlash, step: Step, grid: CutGrid): number {
  const start = flash.snapshot();
  const old = stateOf(Nvs.open(flash));
  const { next, operations } = rehearse(flash, step);
  let cuts = 0;
  for (const cut of cutsIn(operations, grid)) {
    flash.restore(start);
    runCut(flash, cut, () => {
      runAll(flash, [step]);
    });
    assertOldOrNew(Nvs.open(flash, { readOnly: true }), old, next, cut);
    runAll(flash, [step]);
    assert.equal(stateOf(Nvs.open(flash)), next, `${JSON.stringify(cut)}, then done again`);
    cuts += 1;
  }
  return cuts;
}

function runCut(flash: NorFlash, cut: Cut, operate: () => void): void {
  flash.cutAt(cut);
  assert.throws(operate, PowerCut);
  assert.ok(flash.wasCut, "the cut was not delivered");
  flash.powerOn();
}

/** Whether a sector has become a page again: its number is then above those of the first round. */
function hasMovedPages(flash: NorFlash): boolean {
  const view = new DataView(flash.snapshot().content.buffer);
  const numbers = [0, 4096, 8192].map((page) => view.getUint32(page + 4, true));
  return numbers.some((number) => number >= 3 && number < 1000);
}

/** Cuts `step` within and after each operation, then the recovery in the same way. */
function cutTwice(flash: NorFlash, step: Step): number {
  const start = flash.snapshot();
  const old = stateOf(Nvs.open(flash));
  const { next, operations } = rehearse(flash, step);
  let cuts = 0;
  for (const first of coarseCuts(operations)) {
    flash.restore(start);
    runCut(flash, first, () => {
      runAll(flash, [step]);
    });
    const broken = flash.snapshot();
    Nvs.open(flash);
    for (const second of coarseCuts([...flash.operations])) {
      flash.restore(broken);
      runCut(flash, second, () => Nvs.open(flash));
      assertOldOrNew(Nvs.open(flash), old, next, [first, second]);
      cuts += 1;
    }
  }
  flash.restore(start);
  runAll(flash, [step]);
  return cuts;
}

/** Half-way through each operation, and at its end. */
function* coarseCuts(operations: readonly FlashOperation[]): Generator<Cut> {
  for (const [operation, { kind, byteLength }] of operations.entries()) {
    const bytes = byteLength / 2;
    if (kind === "program") yield { operation, bytes, border: 0x33 };
    else yield { operation, bytes, fromEnd: true, unstableSeed: operation + 1 };
    yield { operation, bytes: byteLength };
  }
}

describe("Nvs, power cuts", () => {
  it("keeps old or new at every byte of a set and of an erase", () => {
    const flash = new NorFlash({ size });
    runAll(flash, life);
    let cuts = 0;
    for (const step of steps) cuts += cutEverywhere(flash, step, fineGrid);
    assert.ok(cuts > 1000, `only ${cuts} cuts`);
  });

  it("keeps old or new at every byte while pages are moved and erased", () => {
    const flash = new NorFlash({ size });
    let cuts = 0;
    for (const { before, step } of movingSteps) {
      runAll(flash, before);
      cuts += cutEverywhere(flash, step, movingGrid);
    }
    assert.ok(hasMovedPages(flash), "no page was moved");
    assert.ok(cuts > 1000, `only ${cuts} cuts`);
  });

  it("keeps old or new if recovery is cut as well", () => {
    const flash = new NorFlash({ size });
    let cuts = 0;
    for (const { before, step } of movingSteps) {
      runAll(flash, before);
      cuts += cutTwice(flash, step);
    }
    for (const step of steps.slice(0, 8)) cuts += cutTwice(flash, step);
    assert.ok(cuts > 1000, `only ${cuts} pairs of cuts`);
  });

  it("keeps old or new if the page to be moved is ACTIVE, which only damage can make", () => {
    const flash = new NorFlash({ size });
    for (const { before, step } of movingSteps.slice(0, 1)) {
      runAll(flash, before);
      const { content } = flash.snapshot();
      assert.equal(content[0], 0xfc);
      content[0] = 0xfe;
      // FE to F8 in one program could leave FA, which is no state.
      cutEverywhere(NorFlash.of(content), step, { ...movingGrid, borders: [0x02, 0x04] });
    }
  });

  it("keeps the copy if the erase of a page that was moved is cut, also as ESP-IDF erases it", () => {
    const flash = new NorFlash({ size });
    for (const { before, step } of movingSteps.slice(0, 1)) {
      runAll(flash, before);
      const start = flash.snapshot();
      const old = stateOf(Nvs.open(flash));
      // The last erase, and the programs before it that make the old header invalid.
      const { operations } = rehearse(flash, step);
      const operation = operations.map(({ kind }) => kind).lastIndexOf("erase");
      const sector = (operations[operation]?.byteOffset ?? 0) / 4096;
      assert.equal(operations[operation - 1]?.byteOffset, sector * 4096);
      assert.equal(operations[operation - 2]?.byteOffset, sector * 4096 + 4);
      for (const cut of cutsIn([{ kind: "erase", byteOffset: 0, byteLength: 4096 }], movingGrid)) {
        flash.restore(start);
        // ESP-IDF's library leaves the header valid while it erases.
        runCut(flash, { operation: operation - 2, bytes: 0 }, () => {
          runAll(flash, [step]);
        });
        runCut(flash, cut, () => {
          flash.eraseBlock(sector);
        });
        assert.equal(stateOf(Nvs.open(flash)), old, JSON.stringify(cut));
        assert.equal(stateOf(Nvs.open(flash)), old, JSON.stringify(cut));
      }
    }
  });

  it("ends a move whose copy has a header that was zeroed in part, from its first byte", () => {
    const flash = new NorFlash({ size });
    for (const { before, step } of movingSteps.slice(0, 1)) {
      runAll(flash, before);
      const start = flash.snapshot();
      const old = stateOf(Nvs.open(flash));
      const { next, operations } = rehearse(flash, step);
      const end = operations.findIndex(({ byteOffset }) => byteOffset === 4); // The old header goes.
      const copies = operations
        .slice(0, end)
        .flatMap(({ byteOffset }, operation) =>
          byteOffset > 2 * 4096 ? [{ operation, bytes: 1 }] : [],
        );
      assert.ok(copies.length > 5, `${copies.length} programs of the copy`);
      for (const cut of copies) {
        for (const state of [0xfc, 0xf8]) {
          flash.restore(start);
          runCut(flash, cut, () => {
            runAll(flash, [step]);
          });
          const { content } = flash.snapshot();
          assert.deepEqual([content[0], content[2 * 4096]], [0xf8, 0xfe]);
          content[2 * 4096] = state;
          const left = NorFlash.of(content);
          assert.equal(stateOf(Nvs.open(left)), old, JSON.stringify({ cut, state }));
          runAll(left, [step]);
          assert.equal(stateOf(Nvs.open(left)), next, JSON.stringify({ cut, state }));
        }
      }
    }
  });

  it("opens, and keeps what is whole, if the page that was being moved is damaged", () => {
    const flash = new NorFlash({ size });
    for (const { before, step } of movingSteps.slice(0, 1)) {
      runAll(flash, before);
      const old = contentOf(Nvs.open(flash));
      const { operations } = rehearse(flash, step);
      // Four entries of the copy count, the second one among them, which is damaged on the old page.
      const operation = operations.findIndex(({ byteOffset }) => byteOffset === 2 * 4096 + 32);
      runCut(flash, { operation, bytes: 1 }, () => {
        runAll(flash, [step]);
      });
      const { content } = flash.snapshot();
      assert.equal(content[0], 0xf8);
      content.fill(0, 96, 128);
      const found = contentOf(Nvs.open(NorFlash.of(content)));
      assert.ok(found.size >= old.size - 1 && found.size > 2, [...found.keys()].join());
      for (const [place, digest] of found) assert.equal(digest, old.get(place));
    }
  });

  it("keeps old or new, and all others, if the namespace is new", () => {
    const flash = new NorFlash({ size });
    runAll(flash, [u32("count", 1)]);
    const start = flash.snapshot();
    const set = () => {
      Nvs.open(flash).set("new", "name", { type: "string", value: "a".repeat(40) });
    };
    flash.powerOn();
    set();
    const operations = [...flash.operations];
    for (const cut of cutsIn(operations, fineGrid)) {
      flash.restore(start);
      runCut(flash, cut, set);
      const places = [...contentOf(Nvs.open(flash)).keys()].join();
      assert.match(places, /^app:count(,new:name)?$/);
      set();
      assert.equal(contentOf(Nvs.open(flash)).size, 2);
      assert.equal(Nvs.open(flash).stats().namespaces, 2);
    }
  });

  it("has each key or has it not if the erase of a namespace is cut", () => {
    const flash = new NorFlash({ size });
    runAll(flash, [
      text("name", 20, "a"),
      blob("id", 70, 1),
      u32("count", 1),
      blob("big", 5000, 2),
    ]);
    const start = flash.snapshot();
    const old = contentOf(Nvs.open(flash));
    const eraseAll = () => {
      eraseNamespace(Nvs.open(flash), "app");
    };
    flash.powerOn();
    eraseAll();
    const operations = [...flash.operations];
    assert.equal(contentOf(Nvs.open(flash)).size, 0);
    for (const cut of cutsIn(operations, fineGrid)) {
      flash.restore(start);
      runCut(flash, cut, eraseAll);
      const nvs = Nvs.open(flash);
      const content = contentOf(nvs);
      for (const [place, digest] of content) assert.equal(digest, old.get(place));
      if (content.size === 0) assert.equal(nvs.stats().usedEntries, 1, JSON.stringify(cut));
    }
  });

  it("goes on after a cut with the next free entry, even if the cut payload looks erased", () => {
    const flash = new NorFlash({ size });
    runAll(flash, [u32("count", 1)]);
    for (let operation = 0; operation < 6; operation += 1) {
      runCut(flash, { operation, bytes: 0 }, () => {
        runAll(flash, [blob("id", 200, 0xff)]);
      });
      runAll(flash, [u32("count", operation)]);
    }
    const { content } = flash.snapshot();
    assert.equal(content[4096], 0xff, "a second page was taken");
  });
});
