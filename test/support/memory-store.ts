// A key-value store in memory that keeps the port's contract to the letter, and can be full.

import type { KeyValueStore, OpenStore } from "../../src/ports/key-value.js";

export class MemoryStores {
  readonly domains = new Map<string, Map<string, string>>();
  /** Writes of more than this many bytes, all values together, throw. */
  bytesMax = Infinity;
  writes = 0;

  readonly open: OpenStore = (domain) => {
    requireName("domain", domain);
    const values = this.domains.get(domain) ?? new Map<string, string>();
    this.domains.set(domain, values);
    return new MemoryStore(this, values);
  };

  get bytes(): number {
    let bytes = 0;
    for (const values of this.domains.values()) {
      for (const [key, value] of values) bytes += key.length + value.length;
    }
    return bytes;
  }
}

class MemoryStore implements KeyValueStore {
  readonly #stores: MemoryStores;
  readonly #values: Map<string, string>;

  constructor(stores: MemoryStores, values: Map<string, string>) {
    this.#stores = stores;
    this.#values = values;
  }

  read(key: string): string | undefined {
    requireName("key", key);
    return this.#values.get(key);
  }

  write(key: string, value: string): void {
    requireName("key", key);
    if (value.length > 3999 || value.includes("\0")) throw new Error("the value is no NVS string");
    const growth = value.length - (this.#values.get(key)?.length ?? -key.length);
    if (this.#stores.bytes + growth > this.#stores.bytesMax) throw new Error("the store is full");
    this.#stores.writes += 1;
    this.#values.set(key, value);
  }

  delete(key: string): void {
    requireName("key", key);
    this.#values.delete(key);
  }

  close(): void {
    // Nothing is held.
  }
}

function requireName(what: string, name: string): void {
  if (name.length === 0 || name.length > 15)
    throw new Error(`the ${what} "${name}" is no NVS name`);
}
