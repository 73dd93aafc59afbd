// Writes an image into the idle slot, front to back, as its bytes arrive: each sector is erased
// just before its first byte, each view is programmed as it is, nothing is gathered.
//
// A cut leaves the sector being written undefined and those before it whole; the next boot erases
// it again. Which sectors are whole is told through `onSector`, at most once per sector.

import type { Digest, OpenDigest } from "../../ports/digest.js";
import { type FlashPartition, sectorBytes } from "../../ports/flash.js";
import type { ProgressClaim } from "./progress.js";

/** `sectors` sectors are in flash; `digest` is the chained digest over them (progress.ts). */
export type OnSector = (sectors: number, digest: Uint8Array) => void;

export class SlotWriter {
  readonly #partition: FlashPartition;
  readonly #openDigest: OpenDigest;
  readonly #sizeBytes: number;
  readonly #onSector: OnSector;
  /** Chained digest of all sectors before the current one. */
  #chain: Uint8Array;
  /** Digest of the current sector; undefined before its first byte. */
  #digest: Digest | undefined;
  #offsetBytes: number;

  /** @param start what is in flash already, read back and found right */
  constructor(
    partition: FlashPartition,
    openDigest: OpenDigest,
    sizeBytes: number,
    start: ProgressClaim,
    onSector: OnSector,
  ) {
    this.#partition = partition;
    this.#openDigest = openDigest;
    this.#sizeBytes = sizeBytes;
    this.#onSector = onSector;
    this.#chain = start.digest;
    this.#offsetBytes = Math.min(start.sectors * sectorBytes, sizeBytes);
  }

  get offsetBytes(): number {
    return this.#offsetBytes;
  }

  write(bytes: Uint8Array): void {
    let taken = 0;
    while (taken < bytes.length) {
      const inSector = this.#offsetBytes % sectorBytes;
      const room = Math.min(sectorBytes - inSector, bytes.length - taken);
      const part = room === bytes.length ? bytes : bytes.subarray(taken, taken + room);
      const digest = this.#digest ?? this.#openSector();
      this.#partition.write(part, this.#offsetBytes);
      digest.write(part);
      taken += room;
      this.#offsetBytes += room;
      if (inSector + room === sectorBytes || this.#offsetBytes === this.#sizeBytes) {
        this.#closeSector(digest);
      }
    }
  }

  #openSector(): Digest {
    this.#partition.eraseBlock(Math.floor(this.#offsetBytes / sectorBytes));
    const digest = this.#openDigest();
    digest.write(this.#chain);
    this.#digest = digest;
    return digest;
  }

  #closeSector(digest: Digest): void {
    this.#chain = digest.close();
    this.#digest = undefined;
    // Commit point: from here on a cut costs this sector nothing.
    this.#onSector(Math.ceil(this.#offsetBytes / sectorBytes), this.#chain);
  }
}
