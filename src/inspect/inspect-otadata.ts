// Explains otadata: its entries, and the slot that ESP-IDF's boot loader makes of them.

import {
  counts,
  decodeOtadata,
  isPresent,
  otaState,
  slotOf,
  type OtaEntry,
} from "../flash/otadata.js";
import { bootOrder, selectSlot } from "../formats/boot/otadata-boot.js";
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
  const { index, rewrites, recordsFirstBoot } = select(bytes, slots);
  // Without a factory partition, -1 is just where the search begins.
  const [first = index] = bootOrder(index, slots.slotCount, slots.factory);
  return {
    entries: entries.map((entry, sector) => describe(entry, sector, slots.slotCount)),
    selects: slotName(first),
    rewrites: [
      ...rewrites.map(({ sector, entry }) => {
        return `sector ${sector} as ${stateName(entry.state)}`;
      }),
      ...(recordsFirstBoot ? ["sector 0 as valid, for the slot that starts"] : []),
    ],
  };
}

/** The boot loader's choice, with rollback enabled. */
export function select(
  bytes: Uint8Array,
  { slotCount, factory }: OtaSlots,
): ReturnType<typeof selectSlot> {
  return selectSlot(decodeOtadata(bytes), slotCount, { factory, rollback: true });
}

export function slotName(index: number): string {
  return index < 0 ? "factory" : `ota_${index}`;
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
    ...(slotCount > 0 && { slot: slotName(slotOf(entry, slotCount)) }),
    counts: counts(entry),
  };
}

function stateName(state: number): string {
  return stateNames.get(state) ?? `0x${state.toString(16)} (as undefined)`;
}
