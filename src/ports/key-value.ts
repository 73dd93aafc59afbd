// A key-value store of strings, in the shape of ECMA-419's key-value storage.
//
// One write or delete is atomic and durable on return: after a cut the old or the new value is
// there, never neither. On the chip this is Espressif's NVS library: a domain is an NVS namespace,
// names are 1 to 15 bytes, values up to 3,999 bytes without NUL.

/** An open store of one domain. */
export interface KeyValueStore {
  /**
   * The value, or undefined if the key is not there. Throws if it holds another type than a string.
   */
  read(key: string): string | undefined;
  /** Stores the value for `key`. Throws if the store is full; the old value is then still there. */
  write(key: string, value: string): void;
  /** Removes the key. Deleting what is not there is no error. */
  delete(key: string): void;
  /** Ends its use. No other method may be called afterwards. */
  close(): void;
}

/** Opens the store of one domain, made if it is new. */
export type OpenStore = (domain: string) => KeyValueStore;
