// The boot entries in a life: a confirmation is on record before the entry on trial is touched.

import type { FlashPartition } from "../../../src/ports/flash.js";
import type { Platform } from "../../../src/ports/platform.js";
import type { Life } from "./life.js";

/** `platform`, on which what is written to otadata is looked at. */
export function watchEntries(life: Life, platform: Platform): Platform {
  const look = (): void => {
    if (life.isOff || life.status?.state !== "testing") return;
    const isOnRecord = life.ledger.promised.has("confirmed") || life.ledger.losses > 0;
    life.watch.demand("confirmed on record first", isOnRecord, () => life.describe());
  };
  return {
    ...platform,
    openPartition: (name) => {
      const partition = platform.openPartition(name);
      return name === "otadata" ? watched(partition, look) : partition;
    },
  };
}

function watched(partition: FlashPartition, look: () => void): FlashPartition {
  return {
    read: (buffer, byteOffset) => {
      partition.read(buffer, byteOffset);
    },
    write: (buffer, byteOffset) => {
      look();
      partition.write(buffer, byteOffset);
    },
    eraseBlock: (first, end) => {
      look();
      partition.eraseBlock(first, end);
    },
    status: () => partition.status(),
    close: () => {
      partition.close();
    },
  };
}
