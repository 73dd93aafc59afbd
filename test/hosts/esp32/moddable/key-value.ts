// The SDK's key-value storage: namespaces of strings, and entries of other types that it refuses.

type Value = string | number;

class FakeStorage {
  readonly #values: Map<string, Value>;

  constructor(values: Map<string, Value>) {
    this.#values = values;
  }

  read(key: string): string | undefined {
    const value = this.#values.get(key);
    if (typeof value === "number") throw new TypeError("mismatch");
    return value;
  }

  write(key: string, value: string): void {
    this.#values.set(key, value);
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  close(): void {
    this.#values.set("closed", 1);
  }
}

const namespaces = new Map<string, Map<string, Value>>();

export default {
  /** Namespaces by name, to look into. */
  namespaces,

  open({ path, mode, format }: { path: string; mode: string; format: string }): FakeStorage {
    if (mode !== "r+" || format !== "string") throw new Error(`${mode} ${format}`);
    const values = namespaces.get(path) ?? new Map<string, Value>();
    namespaces.set(path, values);
    return new FakeStorage(values);
  },
};
