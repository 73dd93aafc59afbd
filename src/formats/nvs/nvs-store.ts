// One namespace of an NVS partition as the key-value port: strings only. The simulated chip's and the
// factory's store; on the chip the port is Espressif's own library.

import type { KeyValueStore } from "../../ports/key-value.js";
import type { Nvs } from "./nvs.js";
import { NvsError } from "./nvs-error.js";

/** The store of `namespace`. Closing it leaves `nvs` open: other namespaces may be in use. */
export function openNvsStore(nvs: Nvs, namespace: string): KeyValueStore {
  return {
    read(key) {
      const item = nvs.get(namespace, key);
      if (item === undefined || item.type === "string") return item?.value;
      throw new NvsError("type-mismatch", `${key}: a string expected, got a ${item.type}`);
    },
    write(key, value) {
      nvs.set(namespace, key, { type: "string", value });
    },
    delete(key) {
      nvs.erase(namespace, key);
    },
    close() {
      // Nothing is held.
    },
  };
}
