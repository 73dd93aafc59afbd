// The key-value store of a life: our own code, or one that loses what Espressif's library loses.

import { openNvsStore } from "../../src/flash/nvs-store.js";
import { Nvs } from "../../src/flash/nvs.js";
import type { FlashPartition } from "../../src/ports/flash.js";
import type { OpenStore } from "../../src/ports/key-value.js";
import { openLibraryNvs } from "../support/library-nvs.js";

export interface Mounted {
  readonly stores: OpenStore;
  /** The strings in the agent's domain, as they are in flash after recovery. */
  readonly content: ReadonlyMap<string, string>;
  /** Keys that were still whole in flash and that recovery has given up. */
  readonly lost: ReadonlySet<string>;
}

export interface StoreModel {
  readonly name: "own" | "library";
  /** Recovers what a cut has left, which may itself be cut, and opens. */
  mount(partition: FlashPartition): Mounted;
}

const agentDomain = "provision";

const ownStore: StoreModel = {
  name: "own",
  mount(partition) {
    const nvs = Nvs.open(partition);
    return { stores: storesOf(nvs), content: contentOf(nvs), lost: new Set() };
  },
};

const libraryStore: StoreModel = {
  name: "library",
  mount(partition) {
    const whole = contentOf(Nvs.open(partition, { readOnly: true }));
    const nvs = openLibraryNvs(partition);
    const content = contentOf(nvs);
    const lost = new Set([...whole.keys()].filter((key) => !content.has(key)));
    return { stores: storesOf(nvs), content, lost };
  },
};

/** Throws on a name that is none. */
export function storeOf(name: string): StoreModel {
  const store = [ownStore, libraryStore].find((one) => one.name === name);
  if (store === undefined) throw new Error(`no store is called "${name}": expected own or library`);
  return store;
}

function storesOf(nvs: Nvs): OpenStore {
  return (domain) => openNvsStore(nvs, domain);
}

function contentOf(nvs: Nvs): Map<string, string> {
  const content = new Map<string, string>();
  for (const entry of nvs.entries()) {
    if (entry.namespace !== agentDomain) continue;
    if (entry.type === "string") content.set(entry.key, entry.value);
  }
  return content;
}
