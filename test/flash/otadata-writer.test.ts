import assert from "node:assert/strict";

import fc from "fast-check";

import {
  counts,
  decodeOtadata,
  encodeOtaEntry,
  isPresent,
  type OtaEntries,
  type OtaEntry,
  otaState,
  sequenceMax,
  slotOf,
} from "../../src/flash/otadata.js";
import { OtadataWriter } from "../../src/flash/otadata-writer.js";
import { type Cut, cutsIn, type FlashOperation, NorFlash, PowerCut } from "../support/nor-flash.js";
import { boot, type ChipOptions, loadOtadata, otadataIndex, sectorBytes } from "./otadata-cases.js";

/** A device whose bootloader has started something: what an operation begins with. */
interface Device {
  readonly image: Uint8Array;
  readonly running: number;
  readonly chip: ChipOptions;
}

interface Operation {
  readonly name: string;
  /** May throw an Error that refuses; then it must not have touched the flash. */
  readonly run: (writer: OtadataWriter) => void;
  /** Whether the flash says what the operation was to make it say. */
  readonly isDone: (entries: OtaEntries, device: Device) => boolean;
}

function forgetting(): Operation {
  return {
    name: "forget the idle slot",
    run: (writer) => writer.forgetIdleSlot(),
    isDone: (entries, { running, chip: { slotCount } }) => {
      const names = (entry: OtaEntry, slot: number): boolean =>
        counts(entry) && slotOf(entry, slotCount) === slot;
      const idle = (running + 1) % slotCount;
      return entries.some((e) => names(e, running)) && !entries.some((e) => names(e, idle));
    },
  };
}

function switching(slot: number): Operation {
  return {
    name: `switch to ${slot}`,
    run: (writer) => writer.recordSwitch(slot),
    isDone: (entries, { chip: { slotCount } }) =>
      wins(entries, slot, slotCount, (state) => state === otaState.new),
  };
}

function confirming(slot: number): Operation {
  return {
    name: `confirm ${slot}`,
    run: (writer) => writer.recordConfirmation(slot),
    isDone: (entries, { chip: { slotCount } }) =>
      wins(entries, slot, slotCount, (state) => state !== otaState.new && state !== 1),
  };
}

function rollingBack(): Operation {
  return {
    name: "roll back",
    run: (writer) => {
      if (!writer.recordRollback()) throw new Error("nothing to go back to");
    },
    isDone: (entries, { running, chip: { slotCount } }) =>
      !wins(entries, running, slotCount, () => true),
  };
}

function wins(
  entries: OtaEntries,
  slot: number,
  slotCount: number,
  matches: (state: number) => boolean,
): boolean {
  const [active] = [...entries].filter(counts).sort((a, b) => b.sequence - a.sequence);
  return active !== undefined && slotOf(active, slotCount) === slot && matches(active.state);
}

function entriesOf(flash: NorFlash): OtaEntries {
  return decodeOtadata(flash.snapshot().content);
}

/** Boots from this otadata; undefined if no slot can. */
function booted(image: Uint8Array, chip: ChipOptions): Device | undefined {
  const flash = NorFlash.of(image);
  const { booted: running } = boot(flash, chip);
  if (running === undefined || running < 0) return undefined;
  return { image: flash.snapshot().content, running, chip };
}

/** Runs an operation without cuts. Undefined if it refuses, which must leave the flash alone. */
function runWhole(device: Device, operation: Operation): NorFlash | undefined {
  const flash = NorFlash.of(device.image);
  try {
    operation.run(new OtadataWriter(flash, device.running, device.chip.slotCount));
  } catch (error) {
    assert.ok(error instanceof Error && !(error instanceof PowerCut));
    assert.equal(flash.operations.length, 0, `refused after a write: ${error.message}`);
    return undefined;
  }
  assert.ok(operation.isDone(entriesOf(flash), device), `${operation.name} is not done`);
  return flash;
}

type Cuts = (operations: readonly FlashOperation[]) => Iterable<Cut>;

/** Cuts within the entry itself too, where an erase is half done. */
function* allCuts(operations: readonly FlashOperation[]): Generator<Cut> {
  yield* cutsIn(operations, { borders: [0, 0x5a], unstableSeed: 7 });
  for (const [operation, { kind }] of operations.entries()) {
    if (kind !== "erase") continue;
    for (const bytes of [4, 24, 28, 29, 32]) {
      yield { operation, bytes };
      yield { operation, bytes: sectorBytes - bytes, fromEnd: true };
    }
  }
}

/**
 * After any cut of the operation: what boots is what would have booted before it or after it, and
 * the operation, repeated by whoever booted, comes to its end.
 */
function survives(device: Device, operation: Operation, cuts: Cuts = allCuts): void {
  const whole = runWhole(device, operation);
  if (whole === undefined) return;
  const decisions = [device.image, whole.snapshot().content].map((image) => {
    return booted(image, device.chip)?.running;
  });
  for (const cut of cuts(whole.operations)) {
    const flash = NorFlash.of(device.image);
    flash.cutAt(cut);
    const writer = new OtadataWriter(flash, device.running, device.chip.slotCount);
    assert.throws(() => operation.run(writer), PowerCut);
    flash.powerOn();
    const { booted: running } = boot(flash, device.chip);
    const after = `${operation.name}, cut ${JSON.stringify(cut)}`;
    assert.ok(running !== undefined, `${after}: boots nothing`);
    // What runs may stay even where otadata did not say so: it may have run by a fall-back. With
    // three slots such a fall-back may lead to another good one.
    const isAB = device.chip.slotCount === 2;
    const isExpected = running === device.running || decisions.includes(running);
    assert.ok(isExpected || !isAB, `${after}: boots ${running}`);
    const next: Device = { ...device, image: flash.snapshot().content, running };
    if (running !== device.running && operation.name !== `confirm ${device.running}`) continue;
    const again = runWhole(next, operation);
    assert.ok(again !== undefined || running !== device.running, `${after}: refused again`);
    if (again === undefined) continue;
    const final = booted(again.snapshot().content, device.chip)?.running;
    if (isAB) assert.equal(final, decisions[1], `${after}: repeated, boots ${final}`);
  }
}

interface AnyEntry {
  readonly sequence: number;
  readonly state: number;
  /** Its CRC was not written any more. */
  readonly isTorn: boolean;
}

const bothGood: ChipOptions = {
  slotCount: 2,
  factory: false,
  rollback: true,
  isGood: () => true,
};

function imageOf(...entries: readonly (Uint8Array | undefined)[]): Uint8Array {
  const image = new Uint8Array(2 * sectorBytes).fill(0xff);
  entries.forEach((entry, sector) => {
    if (entry !== undefined) image.set(entry, sector * sectorBytes);
  });
  return image;
}

describe("writer of otadata, under every cut", () => {
  const damage: readonly (readonly [string, (slot: number) => boolean])[] = [
    ["both images good", () => true],
    ["ota_1 damaged", (slot) => slot === 0],
    ["ota_0 damaged", (slot) => slot === 1],
  ];
  const operations = [
    forgetting(),
    switching(0),
    switching(1),
    confirming(0),
    confirming(1),
    rollingBack(),
  ];

  for (const { file } of otadataIndex.images) {
    it(`keeps the old decision or the new one, begun with ${file}`, () => {
      for (const [, isGood] of damage) {
        const device = booted(loadOtadata(file), { ...bothGood, isGood });
        assert.ok(device);
        for (const operation of operations) survives(device, operation);
      }
    });
  }

  it("keeps the old decision or the new one, begun with any entries and up to four slots", () => {
    const sequence = fc.oneof(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: sequenceMax - 300, max: sequenceMax }),
    );
    const settled = [otaState.valid, otaState.invalid, otaState.aborted, otaState.undefined, 7];
    const sector = (...states: number[]): fc.Arbitrary<AnyEntry | undefined> => {
      const state = fc.constantFrom(...states);
      return fc.option(fc.record({ sequence, state, isTorn: fc.boolean() }), { nil: undefined });
    };
    // Nobody records a trial while there is one.
    const oneOnTrial = fc.tuple(sector(...settled), sector(...settled, otaState.new));
    const circumstances = fc.record({
      sectors: oneOnTrial,
      isSwapped: fc.boolean(),
      slotCount: fc.integer({ min: 2, max: 4 }),
      goodSlots: fc.integer({ min: 1, max: 15 }),
      slot: fc.nat(3),
      kind: fc.nat(3),
      cutAt: fc.nat(200),
    });
    fc.assert(
      fc.property(
        circumstances,
        ({ sectors, isSwapped, slotCount, goodSlots, slot, kind, cutAt }) => {
          const entries = (isSwapped ? [sectors[1], sectors[0]] : sectors).map((entry) => {
            if (entry === undefined) return undefined;
            const bytes = encodeOtaEntry(entry.sequence, entry.state);
            return entry.isTorn ? bytes.fill(0xff, 28) : bytes;
          });
          const image = imageOf(...entries);
          const isGood = (index: number): boolean => ((goodSlots >> index) & 1) === 1;
          const device = booted(image, { ...bothGood, slotCount, isGood });
          fc.pre(device !== undefined && slot < slotCount);
          const make = [forgetting, switching, confirming, rollingBack][kind] ?? forgetting;
          survives(device, make(slot), (all) => {
            const cuts = [...allCuts(all)];
            return cuts.slice(cutAt % Math.max(1, cuts.length)).slice(0, 5);
          });
        },
      ),
      { numRuns: 500 },
    );
  });

  it("never lets a refused image boot again, whichever words an erase has reached", () => {
    for (const state of [otaState.aborted, otaState.invalid]) {
      const image = imageOf(encodeOtaEntry(1, otaState.valid), encodeOtaEntry(2, state));
      const flash = NorFlash.of(image);
      const writer = new OtadataWriter(flash, 0);
      flash.cutAt({ operation: 1, bytes: 0 });
      assert.throws(() => writer.forgetIdleSlot(), PowerCut);
      const struck = flash.snapshot().content;
      const bootedOf = (content: Uint8Array): (number | undefined)[] =>
        halfErased(content).map((half) => booted(half, bothGood)?.running);
      assert.deepEqual([...new Set(bootedOf(struck))], [0]);
      // That the entry has to be struck out: with its state alone erased it would count again.
      assert.ok(bootedOf(image).includes(1));
    }
  });
});

/** The otadata with any of the eight words of the second entry erased already. */
function halfErased(content: Uint8Array): Uint8Array[] {
  return Array.from({ length: 256 }, (_, mask) => {
    const half = content.slice();
    for (let word = 0; word < 8; word++) {
      const begin = sectorBytes + word * 4;
      if (((mask >> word) & 1) === 1) half.fill(0xff, begin, begin + 4);
    }
    return half;
  });
}

describe("writer of otadata", () => {
  const trial = imageOf(
    encodeOtaEntry(1, otaState.valid),
    encodeOtaEntry(2, otaState.pendingVerify),
  );
  const settled = imageOf(encodeOtaEntry(1, otaState.valid), encodeOtaEntry(2, otaState.valid));

  it("refuses to touch the fall-back of an image that is on trial", () => {
    for (const run of [forgetting().run, switching(0).run]) {
      const flash = NorFlash.of(trial);
      assert.throws(() => run(new OtadataWriter(flash, 1)), /on trial/);
      assert.deepEqual(flash.snapshot().content, trial);
    }
  });

  it("refuses to switch to the running slot, and slots that there are not", () => {
    const flash = NorFlash.of(settled);
    assert.throws(() => new OtadataWriter(flash, 1).recordSwitch(1), /runs already/);
    for (const [running, slotCount] of [
      [2, 2],
      [-1, 2],
      [0, 1],
    ] as const) {
      assert.throws(() => new OtadataWriter(flash, running, slotCount), /no slot/);
    }
  });

  it("writes nothing for what is recorded already", () => {
    const armed = imageOf(encodeOtaEntry(1, otaState.valid), encodeOtaEntry(2, otaState.new));
    const cases: readonly [Uint8Array, number, (writer: OtadataWriter) => void][] = [
      [armed, 0, (writer) => writer.recordSwitch(1)],
      [settled, 1, (writer) => writer.recordConfirmation(1)],
      [settled, 0, (writer) => writer.recordConfirmation(1)],
      [imageOf(encodeOtaEntry(1, otaState.valid)), 0, (writer) => writer.recordRollback()],
    ];
    for (const [image, running, run] of cases) {
      const flash = NorFlash.of(image);
      run(new OtadataWriter(flash, running));
      assert.equal(flash.operations.length, 0);
    }
  });

  it("tells a trial, a refused image and a slot that no entry names", () => {
    const states = (image: Uint8Array): (number | undefined)[] => {
      const writer = new OtadataWriter(NorFlash.of(image), 0);
      return [writer.slotState(0), writer.slotState(1)];
    };
    assert.deepEqual(states(trial), [otaState.valid, otaState.pendingVerify]);
    const aborted = imageOf(encodeOtaEntry(1, otaState.valid), encodeOtaEntry(2, otaState.aborted));
    assert.deepEqual(states(aborted), [otaState.valid, otaState.aborted]);
    assert.deepEqual(states(imageOf(encodeOtaEntry(1, 2))), [otaState.valid, undefined]);
    // Both name slot 0: the one that counts tells.
    const both = imageOf(encodeOtaEntry(3, otaState.aborted), encodeOtaEntry(1, otaState.valid));
    assert.deepEqual(states(both), [otaState.valid, undefined]);
  });

  it("gives the running slot an entry before the idle slot's is forgotten", () => {
    // The image of ota_1 is damaged, so that ota_0 runs although its entry is blank.
    const flash = NorFlash.of(imageOf(encodeOtaEntry(2, otaState.valid)));
    new OtadataWriter(flash, 0).forgetIdleSlot();
    const [first, second] = entriesOf(flash);
    assert.equal(isPresent(first), false);
    assert.deepEqual([second.sequence, second.state], [3, otaState.valid]);
    assert.deepEqual(
      flash.operations.map(({ kind, byteOffset }) => [kind, byteOffset]),
      [
        ["erase", sectorBytes],
        ["program", sectorBytes],
        ["program", 28],
        ["erase", 0],
      ],
    );
  });

  it("keeps a third slot's entry as a fall-back", () => {
    const third = encodeOtaEntry(6, otaState.valid);
    const flash = NorFlash.of(imageOf(encodeOtaEntry(7, otaState.valid), third));
    new OtadataWriter(flash, 0, 3).forgetIdleSlot();
    assert.equal(flash.operations.length, 0);
  });

  it("begins to count anew before sequences run out", () => {
    const flash = NorFlash.of(imageOf(encodeOtaEntry(sequenceMax - 1, otaState.valid)));
    const writer = new OtadataWriter(flash, 0);
    writer.recordSwitch(1);
    const [first, second] = entriesOf(flash);
    assert.deepEqual([second.sequence, second.state], [1, otaState.valid]);
    assert.deepEqual([first.sequence, first.state], [2, otaState.new]);
  });

  it("erases and programs as often as ESP-IDF in a whole update", () => {
    const flash = NorFlash.of(imageOf(encodeOtaEntry(1, otaState.valid)));
    const writer = new OtadataWriter(flash, 0);
    writer.forgetIdleSlot();
    writer.recordSwitch(1);
    assert.equal(boot(flash, bothGood).booted, 1);
    new OtadataWriter(flash, 1).recordConfirmation(1);
    assert.equal(boot(flash, bothGood).booted, 1);
    // Forget, switch, the bootloader's PENDING_VERIFY, confirm.
    assert.equal(flash.counts.erases, 4);
    assert.deepEqual(flash.snapshot().content, settled);
  });
});
