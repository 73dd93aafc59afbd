// Key-value stores over an NVS partition, with our own NVS code: what a chip in a Node process has
// in place of Espressif's library.

import { Nvs } from "../../src/formats/nvs/nvs.js";
import { openNvsStore } from "../../src/formats/nvs/nvs-store.js";
import type { FlashPartition } from "../../src/ports/flash.js";
import type { OpenStore } from "../../src/ports/key-value.js";

/** Mounts the partition, recovering what a power cut left. Throws NvsError. */
export function openNvsStores(partition: FlashPartition): OpenStore {
  const nvs = Nvs.open(partition);
  return (domain) => openNvsStore(nvs, domain);
}
