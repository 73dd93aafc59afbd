// The otadata partition: which slot boots. Two sectors, one 32-byte entry at the start of each:
//
//   0 sequence (FFFFFFFF: empty)   4 label (20, unused)   24 state   28 CRC of the sequence only
//
// Of the entries that count, the greater sequence wins (a tie: sector 0), and names the slot
// (sequence - 1) mod slots. An entry counts if it is not empty, not INVALID or ABORTED, and its CRC
// is right. This file reads and writes entries and says what one means; what the boot loader makes
// of a pair is src/formats/boot, changing them in flash is otadata-writer.ts.

import { crc32 } from "./crc32.js";
import { readUint32, writeUint32 } from "./little-endian.js";

export const otaEntryBytes = 32;
/** The greatest sequence an entry can have: one more means empty. */
export const sequenceMax = 0xfffffffe;

const sequenceEmpty = 0xffffffff;

/** Values of an entry's state. Any other counts like `undefined`: bootable, for good. */
export const otaState = Object.freeze({
  /** To be started, once, on trial. */
  new: 0,
  /** On trial: started and not confirmed. A reset now makes it `aborted`. */
  pendingVerify: 1,
  valid: 2,
  /** Given up by the image itself. */
  invalid: 3,
  /** Reset before it was confirmed. */
  aborted: 4,
  undefined: 0xffffffff,
});

export interface OtaEntry {
  readonly sequence: number;
  readonly state: number;
  /** As found; `crcOk` says whether it fits the sequence. */
  readonly crc: number;
  readonly crcOk: boolean;
}

/** One entry per sector. */
export type OtaEntries = readonly [OtaEntry, OtaEntry];
export type OtaSector = 0 | 1;

/** The entry in the first 32 bytes of `bytes`. */
export function decodeOtaEntry(bytes: Uint8Array): OtaEntry {
  const crc = readUint32(bytes, 28);
  return {
    sequence: readUint32(bytes, 0),
    state: readUint32(bytes, 24),
    crc,
    crcOk: crc === crc32(bytes, 0, 4),
  };
}

/** The 32 bytes of a new entry. */
export function encodeOtaEntry(sequence: number, state: number): Uint8Array {
  const bytes = new Uint8Array(otaEntryBytes).fill(0xff);
  writeUint32(bytes, 0, sequence);
  writeUint32(bytes, 24, state);
  writeUint32(bytes, 28, crc32(bytes, 0, 4));
  return bytes;
}

/** Both entries of an otadata image (`sectorBytes` apart). */
export function decodeOtadata(bytes: Uint8Array, sectorBytes = 4096): OtaEntries {
  return [
    decodeOtaEntry(bytes.subarray(0, otaEntryBytes)),
    decodeOtaEntry(bytes.subarray(sectorBytes, sectorBytes + otaEntryBytes)),
  ];
}

/** Whether there is an entry at all, whatever its state. */
export function isPresent(entry: OtaEntry): boolean {
  return entry.sequence !== sequenceEmpty && entry.crcOk;
}

/** Whether sequence and state allow booting. The CRC is another matter: see `counts`. */
export function isBootable({ sequence, state }: OtaEntry): boolean {
  return sequence !== sequenceEmpty && state !== otaState.invalid && state !== otaState.aborted;
}

/** Whether the bootloader considers the entry. */
export function counts(entry: OtaEntry): boolean {
  return isBootable(entry) && entry.crcOk;
}

/** The sector whose entry wins, or undefined if neither counts. */
export function activeSector(entries: OtaEntries): OtaSector | undefined {
  const [first, second] = entries;
  if (counts(first) && (!counts(second) || first.sequence >= second.sequence)) return 0;
  return counts(second) ? 1 : undefined;
}

/** The slot an entry names. In 32 bits, as the bootloader computes it: sequence 0 is 2^32. */
export function slotOf({ sequence }: { readonly sequence: number }, slotCount: number): number {
  return ((sequence - 1) >>> 0) % slotCount;
}

/**
 * The smallest sequence, not below `sequence`, that names `slot`. `sequence` itself if it names
 * `slot`. May exceed `sequenceMax`.
 */
export function nextSequence(sequence: number, slot: number, slotCount: number): number {
  const base = (slot + 1) % slotCount;
  return base + Math.max(0, Math.ceil((sequence - base) / slotCount)) * slotCount;
}
