// Explains otadata: its entries, and the slot that ESP-IDF's boot loader makes of them.

import {
  counts,
  decodeOtadata,
  isPresent,
  otaEntryBytes,
  otaState,
  slotOf,
  type OtaEntry,
} from "../flash/otadata.js";
import { bootIndexName, bootOrder } from "../formats/boot/boot-loader.js";
import { factoryIndex, selectSlot, type BootSelection } from "../formats/boot/boot-otadata.js";
import type { OtadataFound, OtaEntryFound } from "./inspection.js";

export interface OtaSlots {
  readonly slotCount: number;
  /** The table has a factory partition. */
  readonly factory: boolean;
}

export const otadataBytes = 0x2000;

const stateNames: ReadonlyMap<number, string> = new Map([
  [otaState.new, "new"],
  [otaState.pendingVerify, "pending-verify"],
  [otaState.valid, "valid"],
  [otaState.invalid, "invalid"],
  [otaState.aborted, "aborted"],
  [otaState.undefined, "undefined"],
]);

/** Explains `bytes`, both sectors of an otadata. */
export function inspectOtadata(bytes: Uint8Array, slots: OtaSlots): OtadataFound {
  const entries = decodeOtadata(bytes);
  const { index, rewrites, initialContents } = select(bytes, slots);
  // Without a factory partition, the search begins there and goes on at once.
  const [first = index] = bootOrder(index, slots.slotCount).filter((candidate) => {
    return candidate !== factoryIndex || slots.factory;
  });
  return {
    entries: entries.map((entry, sector) => describe(entry, sector, slots.slotCount)),
    selects: bootIndexName(first),
    rewrites: [
      ...rewrites.map(({ sector, state }) => `sector ${sector} as ${stateName(state)}`),
      ...(initialContents ? ["sector 0 as valid, for the slot that starts"] : []),
    ],
  };
}

/** The boot loader's choice, with rollback enabled. */
export function select(bytes: Uint8Array, slots: OtaSlots): BootSelection {
  const sectorBytes = otadataBytes / 2;
  const sectors = [bytes.subarray(0, otaEntryBytes), bytes.subarray(sectorBytes)] as const;
  return selectSlot(sectors, { ...slots, rollback: true });
}

function describe(entry: OtaEntry, sector: number, slotCount: number): OtaEntryFound {
  // A CRC that is wrong may be all that is left of an entry; a blank one has no CRC either.
  const isBlank = entry.sequence === 0xffffffff && !isPresent(entry);
  if (isBlank) return { sector, counts: false };
  return {
    sector,
    sequence: entry.sequence,
    state: stateName(entry.state),
    crc: entry.crcOk ? "right" : "wrong",
    ...(slotCount > 0 && { slot: bootIndexName(slotOf(entry, slotCount)) }),
    counts: counts(entry),
  };
}

function stateName(state: number): string {
  return stateNames.get(state) ?? `0x${state.toString(16)} (as undefined)`;
}
