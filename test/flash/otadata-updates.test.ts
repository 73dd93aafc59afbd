import assert from "node:assert/strict";

import {
  activeSector,
  decodeOtadata,
  encodeOtaEntry,
  nextSequence,
  otaState,
  slotOf,
} from "../../src/flash/otadata.js";
import { OtadataWriter } from "../../src/flash/otadata-writer.js";
import { NorFlash } from "../support/nor-flash.js";
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
} from "./otadata-cases.js";

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
      return assert.equal(writer.slotState(slot), step.state);
    case "rollback_possible":
    case "last_invalid":
      // Questions to ESP-IDF that change nothing, and that the agent does not ask.
      return;
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
