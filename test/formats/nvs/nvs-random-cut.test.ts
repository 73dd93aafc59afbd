// NVS against a model: random operations over page rotations, with the power failing at every flash
// operation of each of them, and again at every one of the recovery. `NVS_SEED=n` draws others.
//
// The oracle: the key in flight is old or new, all others are as they were.

import assert from "node:assert/strict";
import { env } from "node:process";
import { seededRandom } from "../../../src/simulator/chip/seeded.js";
import { Nvs } from "../../../src/formats/nvs/nvs.js";
import type { NvsValue } from "../../../src/formats/nvs/nvs-value.js";
import {
  type Cut,
  cutsIn,
  type FlashOperation,
  NorFlash,
  PowerCut,
} from "../../support/nor-flash.js";
import { contentOf, digestOf } from "./nvs-verdict.js";

interface Call {
  readonly key: string;
  /** Undefined: it is erased. */
  readonly value: NvsValue | undefined;
}

type Content = ReadonlyMap<string, string | undefined>;

const seed = Number(env["NVS_SEED"] ?? 1);
const size = 3 * 4096;
const keys = ["cik", "armed", "progress.0", "progress.1", "blob", "count"];

function drawCall(random: () => number): Call {
  const key = keys[Math.floor(random() * keys.length)] ?? "";
  if (random() < 0.15) return { key, value: undefined };
  const length = Math.floor(random() ** 3 * 700);
  if (key === "blob") {
    const byte = Math.floor(random() * 256);
    return { key, value: { type: "blob", value: new Uint8Array(length).fill(byte) } };
  }
  if (key === "count")
    return { key, value: { type: "u32", value: Math.floor(random() * 2 ** 32) } };
  const letter = String.fromCharCode(97 + Math.floor(random() * 26));
  return { key, value: { type: "string", value: letter.repeat(length) } };
}

function apply(flash: NorFlash, { key, value }: Call): void {
  const nvs = Nvs.open(flash);
  if (value === undefined) nvs.erase("app", key);
  else nvs.set("app", key, value);
}

function modelAfter(content: Content, { key, value }: Call): Content {
  const next = new Map(content);
  if (value === undefined) next.delete(`app:${key}`);
  else next.set(`app:${key}`, digestOf(value));
  return next;
}

/** What is read is what counts: an item without a value is none. */
function found(flash: NorFlash): Content {
  return new Map([...contentOf(Nvs.open(flash, { readOnly: true })).entries()].sort());
}

function sorted(content: Content): Content {
  return new Map([...content.entries()].sort());
}

function assertOldOrNew(flash: NorFlash, old: Content, next: Content, where: unknown): void {
  const content = found(flash);
  for (const one of [old, next]) {
    if (JSON.stringify([...content]) === JSON.stringify([...sorted(one)])) return;
  }
  assert.fail(`neither old nor new: NVS_SEED=${seed} ${JSON.stringify(where)}`);
}

function operationsOf(flash: NorFlash, operate: () => void): readonly FlashOperation[] {
  flash.powerOn();
  operate();
  return [...flash.operations];
}

function cut(flash: NorFlash, at: Cut, operate: () => void): void {
  flash.cutAt(at);
  assert.throws(operate, PowerCut);
  flash.powerOn();
}

/** Before, half-way through and after; half-way leaves every second bit of a byte. */
function* coarseCuts(operations: readonly FlashOperation[]): Generator<Cut> {
  for (const [operation, { kind, byteLength }] of operations.entries()) {
    const bytes = byteLength >> 1;
    yield { operation, bytes: 0 };
    if (kind === "program") yield { operation, bytes, border: 0x55 };
    else yield { operation, bytes, fromEnd: operation % 2 === 0, unstableSeed: operation + 1 };
    yield { operation, bytes: byteLength };
  }
}

/** A call on a flash in use: the content before and after it, and how to make it from `start`. */
interface Step {
  readonly number: number;
  readonly old: Content;
  readonly next: Content;
  readonly operations: readonly FlashOperation[];
  /** Makes the call from the start, and cuts it. */
  cut(at: Cut): void;
  /** Makes the call on what is there. */
  apply(): void;
}

/** Random calls, one after another; whatever is done with a step, the next begins at its end. */
function* steps(flash: NorFlash, stepSeed: number, count: number): Generator<Step> {
  const random = seededRandom(stepSeed);
  let old: Content = new Map();
  for (let number = 0; number < count; number += 1) {
    const call = drawCall(random);
    const next = modelAfter(old, call);
    const start = flash.snapshot();
    const operate = (): void => {
      apply(flash, call);
    };
    const applyCall = (): void => {
      try {
        operate();
      } catch (error) {
        throw new Error(`call ${number} is not taken: NVS_SEED=${seed}`, { cause: error });
      }
    };
    const operations = operationsOf(flash, operate);
    const end = flash.snapshot();
    const cutCall = (at: Cut): void => {
      flash.restore(start);
      cut(flash, at, operate);
    };
    yield { number, old, next, operations, cut: cutCall, apply: applyCall };
    flash.restore(end);
    old = next;
  }
}

describe("Nvs, random operations under power cuts", () => {
  it("keeps old or new at every flash operation, over page rotations", function () {
    this.timeout(120_000);
    const flash = new NorFlash({ size });
    let cuts = 0;
    let erases = 0;
    for (const { number, old, next, operations, ...step } of steps(flash, seed, 160)) {
      for (const at of coarseCuts(operations)) {
        step.cut(at);
        assertOldOrNew(flash, old, next, { number, at });
        step.apply();
        assertOldOrNew(flash, next, next, { number, at, then: "done again" });
        cuts += 1;
      }
      erases += operations.filter(({ kind }) => kind === "erase").length;
    }
    assert.ok(erases > 6, `${erases} pages erased`);
    assert.ok(cuts > 2000, `${cuts} cuts`);
  });

  it("keeps old or new if the recovery is cut anywhere, bit by bit, and takes the call then", function () {
    this.timeout(120_000);
    const flash = new NorFlash({ size });
    const recover = (): void => {
      Nvs.open(flash);
    };
    // 0x06 of a header to be zeroed leaves the state of a page being moved.
    const grid = { borders: [0x55, 0xaa, 0x0f, 0x06], eraseStep: 2048, unstableSeed: 1 };
    let pairs = 0;
    let moves = 0;
    for (const { number, old, next, operations, ...step } of steps(flash, seed + 1, 100)) {
      const isMove = operations.some(({ kind }) => kind === "erase");
      if (isMove) moves += 1;
      else if (number % 3 > 0) continue;
      for (const [index, first] of [...coarseCuts(operations)].entries()) {
        if (isMove && index % 5 > 0) continue; // There are many, and much to recover from each.
        step.cut(first);
        const broken = flash.snapshot();
        for (const second of cutsIn(operationsOf(flash, recover), grid)) {
          flash.restore(broken);
          cut(flash, second, recover);
          assertOldOrNew(flash, old, next, { number, first, second });
          step.apply();
          assertOldOrNew(flash, next, next, { number, first, second, then: "done again" });
          pairs += 1;
        }
      }
    }
    assert.ok(moves >= 3, `${moves} pages moved`);
    assert.ok(pairs > 1000, `${pairs} pairs`);
  });
});
