// A key-value store in memory that keeps the port's contract to the letter, and can be full.

import type { KeyValueStore, OpenStore } from "../../src/ports/key-value.js";

const nameBytesMax = 15;
const valueBytesMax = 3999;

export class MemoryStores {
  readonly domains = new Map<string, Map<string, string>>();
  /** Bytes of all keys and values together; a write that would need more throws. */
  bytesMax = Infinity;

  readonly open: OpenStore = (domain) => {
    requireName("domain", domain);
    const values = this.domains.get(domain) ?? new Map<string, string>();
    this.domains.set(domain, values);
    return new MemoryStore(this, values);
  };

  /** Of all keys and values, as UTF-8. */
  get bytes(): number {
    let bytes = 0;
    for (const values of this.domains.values()) {
      for (const [key, value] of values) bytes += sizeOf(key, value);
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
    if (Buffer.byteLength(value) > valueBytesMax || value.includes("\0")) {
      throw new Error("the value is no NVS string");
    }
    const old = this.#values.get(key);
    const growth = sizeOf(key, value) - (old === undefined ? 0 : sizeOf(key, old));
    if (this.#stores.bytes + growth > this.#stores.bytesMax) throw new Error("the store is full");
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

function sizeOf(key: string, value: string): number {
  return Buffer.byteLength(key) + Buffer.byteLength(value);
}

function requireName(what: string, name: string): void {
  const byteLength = Buffer.byteLength(name);
  if (byteLength === 0 || byteLength > nameBytesMax) {
    throw new Error(`the ${what} "${name}" is no NVS name`);
  }
}
