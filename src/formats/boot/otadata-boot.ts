// What ESP-IDF makes of otadata: the bootloader's choice of a slot and the entries it rewrites on
// the way (bootloader_utility.c), and what the OTA functions of a running app would answer
// (esp_ota_ops.c). Pure; without anti-rollback. Slot -1 is the factory app.

import {
  activeSector,
  counts,
  isBootable,
  isPresent,
  type OtaEntries,
  type OtaEntry,
  type OtaSector,
  otaState,
  slotOf,
} from "../../flash/otadata.js";

const factoryIndex = -1;

export interface BootOptions {
  /** The table has a factory partition. */
  readonly factory: boolean;
  /** The bootloader was built with rollback: it keeps the states of a trial. */
  readonly rollback: boolean;
}

/** An entry rewritten in its sector (erased, then programmed) with another state. */
export interface OtaRewrite {
  readonly sector: OtaSector;
  readonly entry: OtaEntry;
}

export interface BootSelection {
  /** The slot to try first; -1: factory, or, if there is none, just the start of `bootOrder`. */
  readonly index: number;
  /** In the order in which they are done, before any image is looked at. */
  readonly rewrites: readonly OtaRewrite[];
  /** Whichever slot starts is then recorded in sector 0 as sequence slot + 1, VALID. */
  readonly recordsFirstBoot: boolean;
}

/** The bootloader's choice. */
export function selectSlot(
  found: OtaEntries,
  slotCount: number,
  { factory, rollback }: BootOptions,
): BootSelection {
  const rewrites: OtaRewrite[] = [];
  const rewrite = (sector: OtaSector, state: number): OtaEntry => {
    const entry = { ...entries[sector], state };
    rewrites.push({ sector, entry });
    return entry;
  };
  let entries = found;
  if (rollback) {
    // Even of an entry whose CRC is wrong.
    const { pendingVerify, aborted } = otaState;
    entries = [
      found[0].state === pendingVerify ? rewrite(0, aborted) : found[0],
      found[1].state === pendingVerify ? rewrite(1, aborted) : found[1],
    ];
  }
  if (!entries.some(isBootable) || slotCount === 0) {
    // An image that was refused is thus promoted, if nothing else is written and it is ota_0.
    const recordsFirstBoot = !factory && !entries.some(isPresent);
    return { index: factory ? factoryIndex : 0, rewrites, recordsFirstBoot };
  }
  const active = activeSector(entries);
  if (active === undefined) return { index: factoryIndex, rewrites, recordsFirstBoot: false };
  if (rollback && entries[active].state === otaState.new) rewrite(active, otaState.pendingVerify);
  return { index: slotOf(entries[active], slotCount), rewrites, recordsFirstBoot: false };
}

/** The slots in the order in which the bootloader tries their images, from `index` on. */
export function bootOrder(index: number, slotCount: number, factory: boolean): number[] {
  const order: number[] = [];
  for (let slot = index; slot >= 0; slot--) order.push(slot);
  if (factory) order.push(factoryIndex);
  for (let slot = index + 1; slot < slotCount; slot++) order.push(slot);
  return order;
}

/** The slot that a running app would call its boot partition. */
export function bootSlot(entries: OtaEntries, slotCount: number, factory: boolean): number {
  const active = activeSector(entries);
  if (active === undefined || slotCount === 0) return factory ? factoryIndex : 0;
  return slotOf(entries[active], slotCount);
}

/** The state recorded for a slot, or undefined if no entry names it. */
export function slotState(
  entries: OtaEntries,
  slot: number,
  slotCount: number,
): number | undefined {
  return entries.find((entry) => entry.crcOk && slotOf(entry, slotCount) === slot)?.state;
}

/** The slot that was refused last, by itself or by a reset. */
export function lastRefusedSlot(entries: OtaEntries, slotCount: number): number | undefined {
  const refused = entries.filter((entry) => isPresent(entry) && !isBootable(entry));
  const [first, second] = refused;
  if (first === undefined) return undefined;
  const lower = second !== undefined && second.sequence < first.sequence ? second : first;
  return slotOf(lower, slotCount);
}

/**
 * The slot a rollback would go back to if its image is good: -1 for factory, undefined if there is
 * none.
 */
export function rollbackSlot(
  entries: OtaEntries,
  slotCount: number,
  factory: boolean,
): number | undefined {
  const active = activeSector(entries);
  if (active === undefined) return undefined;
  const other = entries[active === 0 ? 1 : 0];
  if (counts(other)) return slotOf(other, slotCount);
  return factory ? factoryIndex : undefined;
}
