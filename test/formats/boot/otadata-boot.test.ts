import assert from "node:assert/strict";

import {
  activeSector,
  decodeOtadata,
  encodeOtaEntry,
  nextSequence,
  otaState,
  slotOf,
} from "../../../src/flash/otadata.js";
import {
  bootSlot,
  lastRefusedSlot,
  rollbackSlot,
  slotState,
} from "../../../src/formats/boot/otadata-boot.js";
import { OtadataWriter } from "../../../src/flash/otadata-writer.js";
import { NorFlash } from "../../support/nor-flash.js";
import {
  boot,
  type BootRecord,
  type ChipOptions,
  factoryTable,
  indexed,
  type IndexedBoot,
  type IndexedStep,
  loadOtadata,
  otadataIndex,
  sectorBytes,
  withoutCrcOk,
} from "../../flash/otadata-cases.js";

const slotCount = 2;

function content(flash: NorFlash): Uint8Array {
  return flash.snapshot().content;
}

function sameBoot(record: BootRecord, flash: NorFlash, expected: IndexedBoot): void {
  assert.equal(record.selected, expected.selected_index);
  assert.equal(record.initialContents, expected.initial_contents);
  assert.deepEqual(
    record.tried,
    expected.tried.map(({ index }) => index),
  );
  assert.equal(record.booted ?? null, expected.booted_index);
  assert.deepEqual(decodeOtadata(content(flash)).map(indexed), expected.otadata_after);
  assert.equal(flash.counts.erases, expected.sector_erases);
}

function chip(table: string, rollback: boolean): ChipOptions {
  return { slotCount, factory: factoryTable.test(table), rollback, isGood: () => true };
}

describe("boot by otadata", () => {
  for (const { file, what, bootloader } of otadataIndex.images) {
    for (const [circumstances, expected] of Object.entries(bootloader)) {
      it(`is as ESP-IDF's with ${file} (${what}), table ${circumstances}`, () => {
        const flash = NorFlash.of(loadOtadata(file));
        const rollback = !circumstances.includes("no rollback");
        sameBoot(boot(flash, chip(circumstances, rollback)), flash, expected);
      });
    }
  }

  for (const expected of otadataIndex.damaged_slots) {
    const { case: name, table, otadata, slots, rollback } = expected;

    it(`falls back as ESP-IDF does: ${name}`, () => {
      const flash = NorFlash.of(loadOtadata(otadata));
      const isGood = (slot: number): boolean => {
        return slots[slot === -1 ? "factory" : `ota_${slot}`] === undefined;
      };
      sameBoot(boot(flash, { ...chip(table, rollback), isGood }), flash, expected);
    });
  }
});

describe("otadata as the running app sees it", () => {
  for (const image of otadataIndex.images) {
    it(`is as ESP-IDF tells of ${image.file}: ${image.what}`, () => {
      const entries = decodeOtadata(loadOtadata(image.file));
      const answers = image["app_api, a_4mb_ab"];
      const state = (slot: number): number | string =>
        slotState(entries, slot, slotCount) ?? "ESP_ERR_NOT_FOUND";
      assert.equal(`ota_${bootSlot(entries, slotCount, false)}`, answers.get_boot_partition);
      assert.equal(state(0), answers.state_ota_0);
      assert.equal(state(1), answers.state_ota_1);
      const refused = lastRefusedSlot(entries, slotCount);
      assert.equal(refused === undefined ? null : `ota_${refused}`, answers.last_invalid);
      const isPossible = rollbackSlot(entries, slotCount, false) !== undefined;
      assert.equal(isPossible, answers.rollback_possible);
    });
  }
});

describe("whole updates", () => {
  for (const { chain, rollback_enabled, table, start, steps } of otadataIndex.chains) {
    it(`leave what ESP-IDF leaves, step by step: ${chain}`, () => {
      const [startName = ""] = start.split(" ");
      const flash = NorFlash.of(loadOtadata(`${startName}.bin`));
      const run = { flash, chip: chip(table, rollback_enabled), running: 0 };
      for (const step of steps) {
        flash.resetCounts();
        takeStep(run, step);
        const entries = decodeOtadata(content(flash)).map(indexed);
        const expected = step.otadata_after?.map(withoutCrcOk);
        if (expected !== undefined) assert.deepEqual(entries, expected, step.cmd);
        if (step.file === null) continue;
        assert.deepEqual(content(flash), Uint8Array.from(loadOtadata(step.file)), step.cmd);
      }
    });
  }
});

interface Run {
  readonly flash: NorFlash;
  readonly chip: ChipOptions;
  running: number;
}

function takeStep(run: Run, step: IndexedStep): void {
  const { flash } = run;
  const writer = new OtadataWriter(flash, run.running);
  const entries = writer.read();
  const [command, argument] = step.cmd.split(" ");
  const slot = Number(argument);
  switch (command) {
    case "boot": {
      const record = boot(flash, run.chip);
      sameBoot(record, flash, step as IndexedBoot);
      assert.ok(record.booted !== undefined);
      run.running = record.booted;
      return;
    }
    case "ota_begin_invalidate":
      return writer.forgetIdleSlot();
    case "set_boot":
      if (run.chip.rollback) return writer.recordSwitch(slot);
      return setBootWithoutRollback(flash, slot);
    case "mark_valid":
      return writer.recordConfirmation(run.running);
    case "mark_invalid":
      return assert.ok(writer.recordRollback());
    case "state":
      assert.equal(slotState(entries, slot, slotCount), step.state);
      return assert.equal(writer.slotState(slot), step.state);
    case "rollback_possible":
      return assert.equal(rollbackSlot(entries, slotCount, false) !== undefined, step.result);
    case "last_invalid":
      return assert.equal(`ota_${lastRefusedSlot(entries, slotCount)}`, step.result);
    case "next_update":
      return assert.equal(`ota_${(run.running + 1) % slotCount}`, step.result);
    default:
      assert.fail(`what is ${step.cmd}?`);
  }
}

/** What our writer never does: a switch that is no trial. Only the reckoning is tried here. */
function setBootWithoutRollback(flash: NorFlash, slot: number): void {
  const entries = decodeOtadata(content(flash));
  const active = activeSector(entries);
  assert.ok(active !== undefined);
  const { sequence } = entries[active];
  const isThere = slotOf({ sequence }, slotCount) === slot;
  const sector = isThere ? active : 1 - active;
  const next = nextSequence(sequence, slot, slotCount);
  flash.eraseBlock(sector);
  flash.write(encodeOtaEntry(next, otaState.undefined), sector * sectorBytes);
}
