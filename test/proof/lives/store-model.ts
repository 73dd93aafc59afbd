// The key-value store of a life: our own code, or one that loses what Espressif's library loses.

import { openNvsStore } from "../../../src/formats/nvs/nvs-store.js";
import { Nvs } from "../../../src/formats/nvs/nvs.js";
import type { FlashPartition } from "../../../src/ports/flash.js";
import type { OpenStore } from "../../../src/ports/key-value.js";
import { openLibraryNvs } from "../../support/library-nvs.js";

export interface Mounted {
  readonly stores: OpenStore;
  /** The strings in the agent's domain, as they are in flash after recovery. */
  readonly content: ReadonlyMap<string, string>;
}

export interface StoreModel {
  readonly name: "own" | "library";
  /** Keys that are whole in flash and that recovery may yet give up. */
  keysAtRisk(partition: FlashPartition): ReadonlySet<string>;
  /** Recovers what a cut has left, which may itself be cut, and opens. */
  mount(partition: FlashPartition): Mounted;
}

const agentDomain = "provision";

const ownStore: StoreModel = {
  name: "own",
  keysAtRisk: () => new Set(),
  mount: (partition) => mounted(Nvs.open(partition)),
};

const libraryStore: StoreModel = {
  name: "library",
  keysAtRisk: (partition) => new Set(contentOf(Nvs.open(partition, { readOnly: true })).keys()),
  mount: (partition) => mounted(openLibraryNvs(partition)),
};

/** Throws on a name that is none. */
export function storeOf(name: string): StoreModel {
  const store = [ownStore, libraryStore].find((one) => one.name === name);
  if (store === undefined) throw new Error(`no store is called "${name}": expected own or library`);
  return store;
}

function mounted(nvs: Nvs): Mounted {
  return { stores: (domain) => openNvsStore(nvs, domain), content: contentOf(nvs) };
}

function contentOf(nvs: Nvs): Map<string, string> {
  const content = new Map<string, string>();
  for (const entry of nvs.entries()) {
    if (entry.namespace !== agentDomain) continue;
    if (entry.type === "string") content.set(entry.key, entry.value);
  }
  return content;
}
