// The key-value port over the SDK's embedded:storage/key-value: Espressif's NVS library, which
// commits each write before it returns. A domain is an NVS namespace.

import storage from "embedded:storage/key-value";
import type { KeyValueStore, OpenStore } from "../../src/ports/key-value.js";

class Namespace implements KeyValueStore {
  readonly #storage: ReturnType<typeof storage.open>;

  constructor(path: string) {
    this.#storage = storage.open({ path, mode: "r+", format: "string" });
  }

  read(key: string): string | undefined {
    // Undefined if the key is not there; the SDK throws if the entry is of another type.
    const value: unknown = this.#storage.read(key);
    return typeof value === "string" ? value : undefined;
  }

  write(key: string, value: string): void {
    this.#storage.write(key, value);
  }

  delete(key: string): void {
    this.#storage.delete(key);
  }

  close(): void {
    this.#storage.close();
  }
}

export const openStore: OpenStore = (domain) => new Namespace(domain);
