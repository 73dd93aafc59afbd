// The boot loader of the SDK's simulator, over src/flash: obeys otadata, rewrites its entries as
// ESP-IDF does with rollback on, and refuses images that do not verify. It loads no program: what
// runs is the app that was linked, whatever slot it is said to run from.

import { writeUint32 } from "../../src/flash/little-endian.js";
import { AppImageError } from "../../src/flash/app-image-error.js";
import { SlotVerifier } from "../../src/flash/app-image-verify.js";
import {
  decodeOtaEntry,
  encodeOtaEntry,
  otaEntryBytes,
  otaState,
} from "../../src/flash/otadata.js";
import { bootOrder, selectSlot } from "../../src/formats/boot/otadata-boot.js";
import { type FlashPartition, sectorBytes } from "../../src/ports/flash.js";
import { openDigest } from "../esp32/digest.js";
import { partitionOpener } from "../../src/formats/flash/partitions.js";

const slotCount = 2;
/** Of the state in an entry of otadata. */
const stateOffset = 24;

/**
 * The slot that starts. Throws an Error if none can. A cut within an entry's rewrite leaves that
 * entry void and the other as it was.
 */
export function boot(flash: FlashPartition): number {
  const otadata = partitionOpener(flash, 0)("otadata");
  const entries = [
    decodeOtaEntry(readBytes(otadata, 0)),
    decodeOtaEntry(readBytes(otadata, 1)),
  ] as const;
  const options = { factory: false, rollback: true };
  const { index, rewrites, recordsFirstBoot } = selectSlot(entries, slotCount, options);
  for (const { sector, entry } of rewrites) {
    // All but the state stays as it was found, a wrong CRC, too.
    const bytes = readBytes(otadata, sector);
    writeUint32(bytes, stateOffset, entry.state);
    writeEntry(otadata, sector, bytes);
  }
  const problems: string[] = [];
  for (const slot of bootOrder(index, slotCount, false)) {
    const problem = problemOf(flash, slot);
    if (problem === undefined) {
      if (recordsFirstBoot) writeEntry(otadata, 0, encodeOtaEntry(slot + 1, otaState.valid));
      return slot;
    }
    problems.push(`ota_${slot}: ${problem}`);
  }
  throw new Error(`no slot holds an image that may run (${problems.join("; ")})`);
}

/** Why the image in a slot may not run. */
function problemOf(flash: FlashPartition, slot: number): string | undefined {
  const partition = partitionOpener(flash, slot)("running");
  const scratch = new Uint8Array(sectorBytes);
  try {
    const verifier = new SlotVerifier(partition, { openDigest, scratch });
    while (verifier.step() === undefined);
    return undefined;
  } catch (error) {
    if (error instanceof AppImageError) return error.message;
    throw error;
  }
}

function readBytes(otadata: FlashPartition, sector: number): Uint8Array {
  const bytes = new Uint8Array(otaEntryBytes);
  otadata.read(bytes, sector * sectorBytes);
  return bytes;
}

function writeEntry(otadata: FlashPartition, sector: number, bytes: Uint8Array): void {
  otadata.eraseBlock(sector);
  otadata.write(bytes, sector * sectorBytes);
}
