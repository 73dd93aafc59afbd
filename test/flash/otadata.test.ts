import assert from "node:assert/strict";

import fc from "fast-check";

import {
  decodeOtadata,
  decodeOtaEntry,
  encodeOtaEntry,
  nextSequence,
  otaState,
  sequenceMax,
  slotOf,
} from "../../src/flash/otadata.js";
import { loadOtadata, otadataIndex } from "./otadata-cases.js";

describe("otadata", () => {
  for (const { file, what, sectors } of otadataIndex.images) {
    it(`reads ${file}: ${what}`, () => {
      const entries = decodeOtadata(loadOtadata(file)).map((entry) => ({
        ota_seq: entry.sequence,
        ota_state: entry.state,
        crc: entry.crc,
        crc_ok: entry.crcOk,
      }));
      assert.deepEqual(entries, sectors);
    });
  }

  it("comes back from its bytes as it was", () => {
    const sequences = fc.nat(sequenceMax);
    const states = fc.constantFrom(...Object.values(otaState));
    fc.assert(
      fc.property(sequences, states, (sequence, state) => {
        const { crc, ...entry } = decodeOtaEntry(encodeOtaEntry(sequence, state));
        assert.deepEqual(entry, { sequence, state, crcOk: true });
        assert.equal(crc, decodeOtaEntry(encodeOtaEntry(sequence, otaState.valid)).crc);
      }),
    );
  });

  it("counts on to the next sequence that names a slot", () => {
    const slots = fc.integer({ min: 2, max: 16 }).chain((slotCount) => {
      return fc.record({ slotCount: fc.constant(slotCount), slot: fc.nat(slotCount - 1) });
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), slots, (sequence, { slot, slotCount }) => {
        const next = nextSequence(sequence, slot, slotCount);
        assert.equal(slotOf({ sequence: next }, slotCount), slot);
        assert.ok(next >= sequence && next < sequence + slotCount);
      }),
    );
  });

  it("reckons the slot of sequence 0 in 32 bits, as the bootloader does", () => {
    assert.equal(slotOf({ sequence: 0 }, 2), 1);
    assert.equal(slotOf({ sequence: 0 }, 3), 0);
    assert.equal(slotOf({ sequence: sequenceMax }, 2), 1);
  });
});
