// The module `embedded:storage/key-value` of the simulated chip: ECMA-419's key-value storage over
// the NVS partition, in Espressif's format. A domain is an NVS namespace. On the chip this is C
// code in front of Espressif's library; build-engine.ts bundles this file for the C host.

import Flash from "embedded:storage/flash";
import { Nvs } from "../../../src/formats/nvs/nvs.js";
import type { NvsNumberType, NvsValue } from "../../../src/formats/nvs/nvs-value.js";

type Format = "string" | "uint8" | "int8" | "uint16" | "int16" | "uint32" | "int32";

interface OpenOptions {
  readonly path: string;
  readonly mode?: "r" | "r+";
  readonly format: Format;
}

const types: Readonly<Partial<Record<string, "string" | NvsNumberType>>> = Object.freeze({
  string: "string",
  uint8: "u8",
  int8: "i8",
  uint16: "u16",
  int16: "i16",
  uint32: "u32",
  int32: "i32",
});

/** The partition is opened once, by whoever comes first: two writers would not see each other. */
let partition: Nvs | undefined;

class Domain {
  #nvs: Nvs | undefined;
  readonly #namespace: string;
  readonly #type: "string" | NvsNumberType;
  readonly #isReadOnly: boolean;

  constructor({ path, mode = "r+", format }: OpenOptions) {
    const type = types[format];
    if (type === undefined) throw new RangeError("invalid format");
    partition ??= Nvs.open(Flash.open({ path: "nvs" }));
    this.#nvs = partition;
    this.#namespace = path;
    this.#type = type;
    this.#isReadOnly = mode === "r";
  }

  read(key: string): string | number | undefined {
    const item = this.#open().get(this.#namespace, key);
    if (item === undefined) return undefined;
    if (item.type !== this.#type) {
      throw new TypeError(`${key}: mismatch, ${this.#type} expected, got ${item.type}`);
    }
    return item.value;
  }

  write(key: string, value: string | number): void {
    const nvs = this.#openForWriting();
    nvs.set(this.#namespace, key, { type: this.#type, value } as NvsValue);
  }

  delete(key: string): void {
    this.#openForWriting().erase(this.#namespace, key);
  }

  close(): void {
    this.#nvs = undefined;
  }

  #open(): Nvs {
    if (this.#nvs === undefined) throw new TypeError("closed");
    return this.#nvs;
  }

  #openForWriting(): Nvs {
    if (this.#isReadOnly) throw new Error("read-only");
    return this.#open();
  }
}

export default Object.freeze({ open: (options: OpenOptions) => new Domain(options) });
