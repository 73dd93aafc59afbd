// Makes the NVS partition of a new device, byte for byte as Espressif's generator does
// (esp_idf_nvs_partition_gen 0.2.0, format version 2): the factory's tool, not the device's.
//
// The generator fills pages a little differently from ESP-IDF's library: a string never takes the
// last entry of a page, a blob always begins in what is left of one, and a page is there even if
// nothing is on it.

import { appendBlob } from "./nvs-blob.js";
import { entriesPerPage, entryType, noChunk, spanOf } from "./nvs-entry.js";
import { NvsError } from "./nvs-error.js";
import { NvsFlash, pageBytes } from "./nvs-flash.js";
import { FlashOverlay } from "./nvs-overlay.js";
import { NvsPages } from "./nvs-pages.js";
import { encodeName, encodeValue, type NvsEntry, type NvsValue } from "./nvs-value.js";

/**
 * The image of a partition of `byteLength` bytes, a multiple of 4096, that holds `entries` in their
 * order; one page of it is kept free. Throws NvsError: `full`, `duplicate-key` and those of a value
 * or key that no partition takes.
 */
export function makeNvsImage(byteLength: number, entries: Iterable<NvsEntry>): Uint8Array {
  if (byteLength % pageBytes !== 0)
    throw new Error(`${byteLength} is not a multiple of ${pageBytes}`);
  const overlay = new FlashOverlay(byteLength);
  const pages = new NvsPages(new NvsFlash(overlay));
  if (pages.freeCount < 2) throw new NvsError("full", "at least two pages expected");
  pages.room(1);
  const namespaces = new Map<string, number>();
  const places = new Set<string>();
  for (const entry of entries) {
    const place = `${entry.namespace}:${entry.key}`;
    if (places.has(place)) throw new NvsError("duplicate-key", `${place} is there twice`);
    places.add(place);
    let namespace = namespaces.get(entry.namespace);
    if (namespace === undefined) {
      namespace = namespaces.size + 1;
      namespaces.set(entry.namespace, namespace);
      append(pages, 0, entry.namespace, { type: "u8", value: namespace });
    }
    append(pages, namespace, entry.key, entry);
  }
  // Nothing was erased, so moving a page gained nothing: it was done for want of room.
  if (pages.inUse.length !== (pages.last?.sequence ?? 0) + 1) {
    throw new NvsError("full", `the entries need more than ${pages.pageCount - 1} pages`);
  }
  const image = new Uint8Array(byteLength);
  for (let start = 0; start < byteLength; start += pageBytes) {
    overlay.read(image.subarray(start, start + pageBytes), start);
  }
  return image;
}

function append(pages: NvsPages, namespace: number, key: string, value: NvsValue): void {
  const name = { namespace, key: encodeName(key) };
  const data = encodeValue(value);
  if (value.type === "blob") {
    appendBlob(pages, name, data, 0, 1);
    return;
  }
  if (value.type === "string") pages.room(Math.min(spanOf(data.length) + 1, entriesPerPage));
  pages.append(name, entryType[value.type], noChunk, data);
}
