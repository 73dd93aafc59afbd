// otadata: the entry that src/flash calls the active one is the one that the boot loader, written
// apart from it, starts from; and whatever lies there, the agent's writes lead where they say.
//
//   input   the two entries, 32 bytes each, then options: 1 factory   2 no rollback   4.. slots

import assert from "node:assert/strict";
import { BootOtadata } from "../../../src/formats/boot/boot-otadata.js";
import type * as writers from "../../../src/flash/otadata-writer.js";
import type * as formats from "../../../src/flash/otadata.js";
import { encodeOtaEntry, otaState } from "../../../src/flash/otadata.js";
import { crc32 } from "../../../src/flash/crc32.js";
import { NorFlash } from "../../../test/support/nor-flash.js";
import type { Target } from "../target.js";

const sectorBytes = 4096;
const entryBytes = 32;

function input(one: Uint8Array, other: Uint8Array, options = 0): Uint8Array {
  return Uint8Array.from([...one, ...other, options]);
}

function flashOf(bytes: Uint8Array): NorFlash {
  const image = new Uint8Array(2 * sectorBytes).fill(0xff);
  image.set(bytes.subarray(0, entryBytes), 0);
  image.set(bytes.subarray(entryBytes, 2 * entryBytes), sectorBytes);
  return NorFlash.of(image, { overwrite: "and" });
}

function contentOf(flash: NorFlash): string {
  const bytes = new Uint8Array(2 * sectorBytes);
  flash.read(bytes, 0);
  return Buffer.from(bytes).toString("hex");
}

export const otadata: Target = {
  name: "otadata",
  bytesMax: 2 * entryBytes + 1,
  tokens: [0, 1, 2, 3, 4, 0xfffffffe, 0xfffffeff, 0xffffffff].map((word) =>
    Uint8Array.of(word, word >>> 8, word >>> 16, word >>> 24),
  ),
  seeds: () => [
    input(encodeOtaEntry(1, otaState.valid), new Uint8Array(entryBytes).fill(0xff)),
    input(encodeOtaEntry(1, otaState.valid), encodeOtaEntry(2, otaState.new)),
    input(encodeOtaEntry(3, otaState.pendingVerify), encodeOtaEntry(2, otaState.undefined), 4),
    input(encodeOtaEntry(5, otaState.aborted), encodeOtaEntry(4, otaState.invalid), 3),
  ],
  repair(bytes) {
    const repaired = bytes.slice();
    for (const start of [0, entryBytes]) {
      if (repaired.length < start + entryBytes) break;
      const view = new DataView(repaired.buffer);
      view.setUint32(start + 28, crc32(repaired, start, start + 4), true);
    }
    return repaired;
  },
  async open(load) {
    const { OtadataWriter } = await load<typeof writers>("flash/otadata-writer.js");
    const {
      activeSector,
      decodeOtadata,
      otaState: state,
      slotOf,
    } = await load<typeof formats>("flash/otadata.js");

    /** A trial that an earlier boot began has ended before anything is chosen. */
    function withEndedTrials(entries: formats.OtaEntries): formats.OtaEntries {
      const ended = (entry: formats.OtaEntry): formats.OtaEntry => {
        return entry.state === state.pendingVerify ? { ...entry, state: state.aborted } : entry;
      };
      return [ended(entries[0]), ended(entries[1])];
    }

    function checkSelection(bytes: Uint8Array): void {
      const options = bytes[2 * entryBytes] ?? 0;
      const rule = { factory: (options & 1) === 1, rollback: (options & 2) === 0 };
      const slotCount = 1 + ((options >> 2) % 16);
      const flash = flashOf(bytes);
      const image = new Uint8Array(2 * sectorBytes);
      flash.read(image, 0);
      const found = decodeOtadata(image);
      const expected = rule.rollback ? withEndedTrials(found) : found;
      const active = activeSector(expected);
      const { index } = new BootOtadata(flash, 0).select({ ...rule, slotCount });
      flash.read(image, 0);
      const left = decodeOtadata(image);
      for (const sector of [0, 1] as const) {
        assert.equal(left[sector].sequence, expected[sector].sequence, "a sequence changes");
        assert.equal(left[sector].crc, expected[sector].crc, "a CRC changes");
        const isStarted = rule.rollback && sector === active;
        const { state: before } = expected[sector];
        const after = isStarted && before === state.new ? state.pendingVerify : before;
        assert.equal(left[sector].state, after, `the state in sector ${sector}`);
      }
      if (active === undefined) assert.ok(index <= 0, "a slot without an entry");
      else assert.equal(index, slotOf(expected[active], slotCount), "another entry's slot");
    }

    function checkWriter(bytes: Uint8Array): void {
      const rule = { factory: false, rollback: true, slotCount: 2 };
      const flash = flashOf(bytes);
      const running = Math.max(0, new BootOtadata(flash, 0).select(rule).index);
      const writer = new OtadataWriter(flash, running);
      const own = writer.slotState(running);
      const isOnTrial = own === state.pendingVerify || own === state.new;
      if (isOnTrial) writer.recordConfirmation(running);
      writer.forgetIdleSlot();
      const cleared = contentOf(flash);
      assert.equal(new BootOtadata(flash, 0).select(rule).index, running, "the idle slot boots");
      assert.equal(contentOf(flash), cleared, "a boot is a trial although nothing was switched");
      writer.recordSwitch(1 - running);
      assert.equal(new BootOtadata(flash, 0).select(rule).index, 1 - running, "no switch");
      assert.equal(new BootOtadata(flash, 0).select(rule).index, running, "no way back");
    }

    return (bytes) => {
      checkSelection(bytes);
      checkWriter(bytes);
    };
  },
  plant: {
    module: "flash/otadata-writer.js",
    find: "if (startsAnew && active !== undefined)",
    replace:
      'if (startsAnew && active !== undefined && entries[sector].state === 3 && entries[sector].sequence > 0xffff && entries[sector].sequence < 0xff000000) throw new Error("planted"); if (startsAnew && active !== undefined)',
    from: input(encodeOtaEntry(1, otaState.valid), new Uint8Array(entryBytes).fill(0xff)),
  },
};
