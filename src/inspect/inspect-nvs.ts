// Explains an NVS partition: pages, keys, and what is damaged. Values that may be secrets are
// masked: all texts and bytes but those that are known to be none.

import { MemoryFlash } from "../formats/flash/memory-flash.js";
import { crc32 } from "../flash/crc32.js";
import { readUint32 } from "../flash/little-endian.js";
import { entriesPerPage, hasPayload } from "../formats/nvs/nvs-entry.js";
import { NvsError } from "../formats/nvs/nvs-error.js";
import { NvsFlash, pageBytes } from "../formats/nvs/nvs-flash.js";
import { NvsPage } from "../formats/nvs/nvs-page.js";
import { Nvs } from "../formats/nvs/nvs.js";
import type { NvsEntry } from "../formats/nvs/nvs-value.js";
import { encodeUtf8 } from "../protocol/utf8.js";
import { identityKeys, recordKeys, storeDomain } from "../protocol/store-keys.js";
import type { NvsFound, NvsKeyFound, NvsPageFound } from "./inspection.js";

export interface NvsInspectOptions {
  /** Shows every value. */
  readonly showSecrets?: boolean;
}

/** What of the device's namespace is not secret: all but the key (CIK). */
const publicKeys: ReadonlySet<string> = new Set<string>([
  ...Object.values(identityKeys),
  ...recordKeys.filter((key) => key !== "cik"),
]);

/** Fewer bad entries and no good one may be damage. */
const encryptedEntriesMin = 3;

const blank = 0xffffffff;
const stateNames: ReadonlyMap<number, string> = new Map([
  [blank, "blank"],
  [0xfffffffe, "active"],
  [0xfffffffc, "full"],
  [0xfffffff8, "freeing"],
  [0xfffffff0, "corrupt"],
  [0, "corrupt"],
]);

/** Whether one of the pages is headed as NVS pages are. */
export function looksLikeNvs(bytes: Uint8Array): boolean {
  if (bytes.length === 0 || bytes.length % pageBytes !== 0) return false;
  for (let at = 0; at < bytes.length; at += pageBytes) {
    const header = bytes.subarray(at, at + 32);
    if (readUint32(header, 0) !== blank && hasHeaderCrc(header)) return true;
  }
  return false;
}

/** Explains `bytes`, whole pages. They stay as they are. */
export function inspectNvs(bytes: Uint8Array, options: NvsInspectOptions = {}): NvsFound {
  const count = bytes.length / pageBytes;
  const pages = Array.from({ length: count }, (_, page) => describePage(bytes, page));
  const problems = pages.flatMap(({ page, state }) =>
    state === "damaged" ? [`page ${page}: its header is damaged, all that is on it is lost`] : [],
  );
  try {
    if (isEncrypted(bytes)) {
      const encrypted =
        "no entry fits its CRC: the partition is probably encrypted (NVS encryption)";
      return {
        verdict: "damaged",
        problems: [encrypted],
        pages,
        usedEntries: 0,
        freeEntries: 0,
        keys: [],
      };
    }
    problems.push(...damagedItems(bytes));
    // Opened for writing, on a copy: that is when a lack of pages shows.
    const copy = Uint8Array.from(bytes);
    const keys = readKeys(copy, problems, options);
    const { usedEntries, freeEntries } = openReadOnly(copy).stats();
    const verdict = problems.length === 0 ? "good" : "damaged";
    return { verdict, problems, pages, usedEntries, freeEntries, keys };
  } catch (error) {
    if (!(error instanceof NvsError)) throw error;
    problems.push(error.message);
    return { verdict: "damaged", problems, pages, usedEntries: 0, freeEntries: 0, keys: [] };
  }
}

function readKeys(copy: Uint8Array, problems: string[], options: NvsInspectOptions): NvsKeyFound[] {
  try {
    Nvs.open(new MemoryFlash(copy));
  } catch (error) {
    if (!(error instanceof NvsError) || error.kind !== "no-free-page") throw error;
    problems.push(`${error.message}: ESP-IDF does not open it`);
  }
  return Array.from(openReadOnly(copy).entries(), (entry) => describeKey(entry, options));
}

function openReadOnly(bytes: Uint8Array): Nvs {
  return Nvs.open(new MemoryFlash(bytes), { readOnly: true });
}

function describePage(bytes: Uint8Array, page: number): NvsPageFound {
  const content = bytes.subarray(page * pageBytes, (page + 1) * pageBytes);
  const header = content.subarray(0, 32);
  const state = stateNames.get(readUint32(header, 0));
  if (state === "blank") {
    const isBlank = content.every((byte) => byte === 0xff);
    return { page, state: isBlank ? "blank" : "damaged" };
  }
  if (state === undefined || !hasHeaderCrc(header)) return { page, state: "damaged" };
  const sequence = readUint32(header, 4);
  // A page of a later format is not read: opening the partition tells so.
  if ((header[8] ?? 0) < 0xfe) return { page, state: "of a later format", sequence };
  const loaded = NvsPage.load(new NvsFlash(new MemoryFlash(bytes)), page);
  return loaded === undefined
    ? { page, state, sequence }
    : { page, state, sequence, usedEntries: loaded.usedEntries };
}

/** What does not fit its CRC, as it is in flash before anything is mended. */
function damagedItems(bytes: Uint8Array): string[] {
  const flash = new NvsFlash(new MemoryFlash(bytes));
  const problems: string[] = [];
  for (let sector = 0; sector < flash.pageCount; sector += 1) {
    const page = NvsPage.load(flash, sector);
    if (page === undefined) continue;
    for (
      let index = page.nextItem(0);
      index < entriesPerPage;
      index = page.nextItem(page.afterItem(index))
    ) {
      const problem = damageOf(page, index);
      if (problem !== undefined) problems.push(`page ${sector}, entry ${index}: ${problem}`);
    }
  }
  return problems;
}

/** Encryption leaves the headers of pages as they are, and no entry that fits its CRC. */
function isEncrypted(bytes: Uint8Array): boolean {
  const flash = new NvsFlash(new MemoryFlash(bytes));
  let written = 0;
  for (let sector = 0; sector < flash.pageCount; sector++) {
    const page = NvsPage.load(flash, sector);
    if (page === undefined) continue;
    for (let index = page.nextItem(0); index < entriesPerPage; index = page.nextItem(index + 1)) {
      written += 1;
      if (page.entry(index).isConsistent(index)) return false;
    }
  }
  return written >= encryptedEntriesMin;
}

function damageOf(page: NvsPage, index: number): string | undefined {
  const entry = page.entry(index);
  if (!entry.isConsistent(index)) return "it does not fit its CRC, or its page";
  const { key, type } = entry;
  if (!hasPayload(type) || page.readPayload(index) !== undefined) return undefined;
  return `the value of ${JSON.stringify(key)} does not fit its CRC`;
}

function hasHeaderCrc(header: Uint8Array): boolean {
  return readUint32(header, 28) === crc32(header, 4, 28);
}

function describeKey(entry: NvsEntry, { showSecrets = false }: NvsInspectOptions): NvsKeyFound {
  const { namespace, key, type } = entry;
  const place = { namespace, key, type };
  if (entry.type !== "string" && entry.type !== "blob") {
    const value = typeof entry.value === "bigint" ? String(entry.value) : entry.value;
    return { ...place, value, masked: false };
  }
  const isPublic = namespace === storeDomain && publicKeys.has(key);
  const bytes = entry.type === "blob" ? entry.value.length : encodeUtf8(entry.value).length;
  if (!isPublic && !showSecrets) return { ...place, masked: true, bytes };
  const value = entry.type === "blob" ? Buffer.from(entry.value).toString("hex") : entry.value;
  return { ...place, value, masked: false, bytes };
}
