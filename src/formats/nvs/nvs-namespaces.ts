// The namespaces of an NVS partition: names, which are items of namespace 0, and their numbers.

import { entryType, noChunk, type NvsEntryView } from "./nvs-entry.js";
import { NvsError } from "./nvs-error.js";
import type { NvsPages } from "./nvs-pages.js";
import { encodeName, encodeValue } from "./nvs-value.js";

/** The number under which the names are. */
export const namespaceTable = 0;
const namespacesMax = 254;

export class NvsNamespaces {
  readonly #pages: NvsPages;
  /** The one asked for last: a program uses few. */
  #name: string | undefined;
  #number = namespaceTable;

  constructor(pages: NvsPages) {
    this.#pages = pages;
  }

  get count(): number {
    let count = 0;
    const cursor = this.#pages.items();
    for (let entry = cursor.next(); entry !== undefined; entry = cursor.next()) {
      if (numberOf(entry) !== undefined) count += 1;
    }
    return count;
  }

  /** The number of a namespace; undefined if there is none of that name. */
  find(name: string): number | undefined {
    if (name === this.#name) return this.#number;
    const item = { namespace: namespaceTable, key: encodeName(name) };
    const cursor = this.#pages.items();
    for (let entry = cursor.next(); entry !== undefined; entry = cursor.next()) {
      const number = numberOf(entry);
      if (number !== undefined && entry.hasName(item)) return this.#remember(name, number);
    }
    return undefined;
  }

  /**
   * The number of a namespace. If it is new, the lowest that no name has, and no item either: a
   * damaged partition has items whose namespace's name is lost, which must not become its own.
   */
  findOrAdd(name: string): number {
    const found = this.find(name);
    if (found !== undefined) return found;
    const isTaken = new Uint8Array(namespacesMax + 2);
    isTaken[namespaceTable] = 1;
    const cursor = this.#pages.items();
    for (let entry = cursor.next(); entry !== undefined; entry = cursor.next()) {
      isTaken[numberOf(entry) ?? entry.namespace] = 1;
    }
    const number = isTaken.indexOf(0);
    if (number > namespacesMax) throw new NvsError("full", `${namespacesMax} namespaces are taken`);
    const item = { namespace: namespaceTable, key: encodeName(name) };
    this.#pages.append(item, entryType.u8, noChunk, encodeValue({ type: "u8", value: number }));
    return this.#remember(name, number);
  }

  /** The name of namespace `number`; "" if it has none. */
  nameOf(number: number): string {
    const cursor = this.#pages.items();
    for (let entry = cursor.next(); entry !== undefined; entry = cursor.next()) {
      if (numberOf(entry) === number) return entry.key;
    }
    return "";
  }

  #remember(name: string, number: number): number {
    this.#name = name;
    this.#number = number;
    return number;
  }
}

/** The number that an entry gives a namespace; undefined if it is not such an entry. */
function numberOf(entry: NvsEntryView): number | undefined {
  if (entry.namespace !== namespaceTable || entry.type !== entryType.u8) return undefined;
  const number = entry.data[0] ?? namespaceTable;
  return number === namespaceTable || number > namespacesMax ? undefined : number;
}
