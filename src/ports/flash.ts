// A flash partition, in the shape of ECMA-419's Flash class, with NOR semantics.
//
// The power-cut contract. Every method is synchronous: on return its effect is in flash.
//   write      clears bits only (old AND new). A cut leaves any prefix of the bytes written, the
//              byte at the border partly cleared; nothing outside the written range changes.
//   eraseBlock sets whole blocks to FF. A cut leaves the content of the block being erased
//              undefined, even from one read to the next; other blocks are whole: old or FF.
// Nothing is verified. Writing over bytes that are not erased is legal and gives old AND new.

/** Bytes per erase block on every ESP32. */
export const sectorBytes = 4096;

/** The measures of a partition. */
export interface FlashStatus {
  /** Of the whole partition, in bytes. */
  readonly size: number;
  /** Bytes per erase block: `sectorBytes` on every ESP32. */
  readonly blockLength: number;
  /** How many blocks the partition has. */
  readonly blocks: number;
}

/** An open partition. */
export interface FlashPartition {
  /** Fills `buffer` from `byteOffset`. Throws if the range leaves the partition. */
  read(buffer: Uint8Array, byteOffset: number): void;
  /** Programs `buffer` at `byteOffset`, any alignment. Throws on a read-only partition. */
  write(buffer: Uint8Array, byteOffset: number): void;
  /** Erases blocks `first` up to, not including, `end` (default: one block). */
  eraseBlock(first: number, end?: number): void;
  /** Its measures, which never change. */
  status(): FlashStatus;
  /** Ends its use. To be called once; no other method may be called afterwards. */
  close(): void;
}

/**
 * Opens a partition as the chip does: `running` (read-only), `nextota` (the idle A/B slot), or a
 * *data* partition by its label (`nvs`, `otadata`, ...). App partitions do not open by label.
 * Throws if no partition has that name.
 */
export type OpenPartition = (path: string) => FlashPartition;
