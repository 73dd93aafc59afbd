// The store, watched: what a write that has returned promises, and what a cut has left in doubt.

import type { KeyValueStore, OpenStore } from "../../../src/ports/key-value.js";

export interface StoreWatcher {
  /** A write, or a delete (undefined), begins. */
  onBegin(key: string, value: string | undefined): void;
  /** It has returned. */
  onDone(key: string, value: string | undefined): void;
  /** It was refused, for want of room. */
  onRefused(): void;
}

/** Watches the writes to all domains: the agent has only one. */
export function watchStores(openStore: OpenStore, watcher: StoreWatcher): OpenStore {
  return (domain) => new WatchedStore(openStore(domain), watcher);
}

class WatchedStore implements KeyValueStore {
  readonly #store: KeyValueStore;
  readonly #watcher: StoreWatcher;

  constructor(store: KeyValueStore, watcher: StoreWatcher) {
    this.#store = store;
    this.#watcher = watcher;
  }

  read(key: string): string | undefined {
    return this.#store.read(key);
  }

  write(key: string, value: string): void {
    this.#watch(key, value, () => {
      this.#store.write(key, value);
    });
  }

  delete(key: string): void {
    this.#watch(key, undefined, () => {
      this.#store.delete(key);
    });
  }

  close(): void {
    this.#store.close();
  }

  #watch(key: string, value: string | undefined, change: () => void): void {
    this.#watcher.onBegin(key, value);
    try {
      change();
    } catch (error) {
      this.#watcher.onRefused();
      throw error;
    }
    this.#watcher.onDone(key, value);
  }
}
