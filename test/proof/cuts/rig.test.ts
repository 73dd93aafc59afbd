// The proof's own tools: that every kind of cut is delivered, that a cut made from the journal leaves
// what the same cut leaves in a running life, that a failure is seen and can be lived again.

import assert from "node:assert/strict";
import { NorFlash } from "../../support/nor-flash.js";
import { cutKinds, fineGrain, formatCut, parseCut, planCuts } from "./cut.js";
import { Enumeration } from "./enumeration.js";
import { makeFirmware } from "../lives/images.js";
import { blankTally, Watch } from "../lives/invariants.js";
import { performCut, type JournalEntry } from "./journal.js";
import { isArming, promisedSectors } from "../lives/ledger.js";
import { blankReport, totalPoints } from "../report/report.js";
import { Rig } from "../lives/rig.js";
import { scenarioOf, scenarios } from "../lives/scenario.js";
import { storeOf } from "../lives/store-model.js";

function enumerationOf(life: string, store = "own"): Enumeration {
  return new Enumeration(new Rig(scenarioOf(life), storeOf(store)), "test", blankReport());
}

describe("a cut", () => {
  const bytes = Uint8Array.of(0x00, 0xff, 0x0f, 0xf0);
  const old = new Uint8Array(4).fill(0xff);
  const program = { kind: "program", byteOffset: 8, byteLength: 4, bytes } as const;
  const erase = { kind: "erase", byteOffset: 0, byteLength: 4096, bytes: undefined } as const;

  it("of a program leaves a prefix, and half of the bits of the byte at the border", () => {
    const found: string[] = [];
    for (const { kind, cut } of planCuts(program, old, fineGrain, true, true)) {
      const flash = new NorFlash({ size: 4096 });
      performCut(flash, program, cut);
      const left = Buffer.from(flash.snapshot().content.subarray(8, 12)).toString("hex");
      found.push(`${kind} ${left}`);
    }
    assert.deepEqual(found, [
      "before ffffffff",
      "bits aaffffff",
      "byte 00ffffff",
      "bits 00ffafff",
      "byte 00ff0fff",
      "bits 00ff0ffa",
      "after 00ff0ff0",
    ]);
  });

  it("of a program leaves no two times the same bytes", () => {
    const written = Uint8Array.of(0xff, 0xff, 0x12);
    const blank = { kind: "program", byteOffset: 0, byteLength: 3, bytes: written } as const;
    const kinds = [...planCuts(blank, old, fineGrain, true, false)].map(({ kind }) => kind);
    assert.deepEqual(kinds, ["before", "bits"]);
  });

  it("of an erase leaves a part as it was, or unstable from one read to the next", () => {
    let unstable = 0;
    let parts = 0;
    for (const { kind, cut } of planCuts(erase, old, fineGrain, true, false)) {
      const flash = NorFlash.of(new Uint8Array(4096));
      performCut(flash, erase, cut);
      const [one, other] = [new Uint8Array(4096), new Uint8Array(4096)];
      flash.read(one, 0);
      flash.read(other, 0);
      const isErased = one.filter((byte) => byte === 0xff).length >= cut.bytes;
      assert.ok(isErased, formatCut({ operation: 0, cut }));
      if (kind === "unstable") {
        assert.notDeepEqual(one, other, "it reads alike");
        unstable += 1;
      } else if (kind === "erase") {
        assert.deepEqual(one, other);
        assert.equal(one.filter((byte) => byte === 0).length, 4096 - cut.bytes);
        parts += 1;
      }
    }
    assert.deepEqual([parts, unstable], [6, 7]);
  });

  it("has a name that can be read back", () => {
    for (const text of ["12.40", "12.40b85", "3.1024e", "3.0u7", "3.1024eu9", "@17"]) {
      assert.equal(formatCut(parseCut(text)), text);
    }
    for (const text of ["", "12", "x", "@", "1.2.3", "-1.0"]) {
      assert.throws(() => parseCut(text), /is no cut/);
    }
  });
});

describe("the proof", () => {
  it("meets each kind of cut, in a life that is cut at every operation", () => {
    const enumeration = enumerationOf("reduced");
    enumeration.singles(fineGrain, { index: 0, of: 9 });
    enumeration.turns({ index: 0, of: 9 });
    const kinds = new Set(enumeration.report.rows.map(({ kind }) => kind));
    assert.deepEqual([...kinds].sort(), Object.keys(cutKinds).sort());
    assert.deepEqual(enumeration.report.failures, []);
  });

  it("finds no fault in any life without a cut", () => {
    for (const { name } of scenarios) assert.ok(enumerationOf(name).clean.length > 50, name);
  });

  it("loses a bit of what was whole in the decayed life, which is fetched again", () => {
    const enumeration = enumerationOf("decayed");
    const { rig, clean } = enumeration;
    const isDownloading = clean.map(
      ({ ledger }) => promisedSectors(ledger) > 0 && !isArming(ledger),
    );
    const last = parseCut(`${isDownloading.lastIndexOf(true)}.0`);
    const { ledger } = enumeration.follow([last], "before");
    const { fetchedBytes = 0 } = rig.cost ?? {};
    assert.ok(fetchedBytes > 0 && ledger.fetchedBytes > 1.5 * fetchedBytes, formatCut(last));
    assert.deepEqual(enumeration.report.failures, []);
  });

  it("moves pages of the store in the worn life", () => {
    const { clean } = enumerationOf("worn");
    const isMove = ({ operation: { kind, byteOffset } }: JournalEntry): boolean =>
      kind === "erase" && byteOffset >= 0x9000 && byteOffset < 0xc000;
    assert.ok(clean.filter(isMove).length >= 2, "no page was erased");
  });

  it("cuts the same from the journal as in a running life", () => {
    const enumeration = enumerationOf("reduced");
    const { rig, start, clean } = enumeration;
    const before = new NorFlash({ size: rig.layout.flashBytes });
    before.restore(start.flash);
    let compared = 0;
    for (const [index, { operation }] of clean.entries()) {
      const old = before.snapshot().content.subarray(operation.byteOffset);
      const cuts = [...planCuts(operation, old, fineGrain, true, true)];
      const planned = cuts[(index * 7) % cuts.length];
      assert.ok(planned);
      const flash = NorFlash.of(before.snapshot().content);
      performCut(flash, operation, planned.cut);
      const { content } = flash.snapshot();
      let met: Uint8Array | undefined;
      const trace = (line: string): void => {
        if (line.startsWith("the power failed")) met ??= rig.flash.snapshot().content;
      };
      enumeration.follow([{ operation: index, cut: planned.cut }], planned.kind, { trace });
      assert.deepEqual(met, content, formatCut({ operation: index, cut: planned.cut }));
      performCut(before, operation, { bytes: operation.byteLength });
      compared += 1;
    }
    assert.equal(compared, clean.length);
    assert.deepEqual(enumeration.report.failures, []);
  });

  it("lives the same life again after the same cuts", () => {
    const enumeration = enumerationOf("full");
    const journals = [0, 1].map(() => {
      const lines: string[] = [];
      const script = ["150.2000eu3", "7.3", "@12", "0.16"].map(parseCut);
      enumeration.follow(script, "several", { trace: (line) => lines.push(line) });
      return lines;
    });
    assert.deepEqual(journals[0], journals[1]);
    assert.ok((journals[0]?.filter((line) => line.startsWith("the power")).length ?? 0) === 4);
  });

  it("counts no point if something does not hold, and prints what lives that life again", () => {
    const scenario = { ...scenarioOf("reduced") };
    const enumeration = new Enumeration(new Rig(scenario, storeOf("own")), "test", blankReport());
    Object.assign(scenario, { factory: makeFirmware("0.9.0", 1360) }); // It has another in its slot.
    enumeration.follow([{ operation: 3, cut: { bytes: 0 } }], "before");
    const { report } = enumeration;
    assert.equal(totalPoints(report), 0);
    assert.deepEqual(report.failures, [
      {
        replay: "--replay reduced/own/3.0",
        message: "verified bytes only: slot 0 starts bytes of no image",
      },
    ]);
  });

  it("refuses a cut that does not fall", () => {
    const enumeration = enumerationOf("reduced");
    assert.throws(() => enumeration.follow([{ operation: 999, cut: { bytes: 0 } }], "before"), {
      message: /999\.0 did not fall/,
    });
  });
});

describe("a watch", () => {
  it("counts what it looks at, and keeps the first that does not hold", () => {
    const watch = new Watch(blankTally());
    watch.demand("settled", true, () => "fine");
    watch.demand("settled", false, () => "first");
    watch.demand("no crash", false, () => "second");
    assert.equal(watch.tally.settled, 2);
    assert.equal(watch.violation?.message, "settled: first");
  });
});
