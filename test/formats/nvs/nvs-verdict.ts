// What the golden data say of an NVS partition, made comparable with what our code reads.

import { createHash } from "node:crypto";

import type { Nvs } from "../../../src/formats/nvs/nvs.js";
import type { NvsEntry, NvsValue } from "../../../src/formats/nvs/nvs-value.js";

/** A value as the indexes list it: one of `value`, `hex`, `base64` and `sha256`, or an `error`. */
export interface ListedEntry {
  readonly namespace: string;
  readonly key: string;
  readonly type: NvsValue["type"];
  readonly value?: number | string;
  readonly hex?: string;
  /** Null if the content is in `file`. */
  readonly base64?: string | null;
  readonly file?: string;
  readonly sha256?: string;
  readonly error?: string;
}

export interface ListedStats {
  readonly used_entries: number;
  readonly free_entries: number;
  readonly available_entries: number;
  readonly total_entries: number;
  readonly namespace_count: number;
}

/** A direct read of a key, and what came of it. */
export interface ListedGet extends Omit<ListedEntry, "type"> {
  readonly as: NvsValue["type"];
  readonly result: string;
}

export interface LibraryVerdict {
  readonly init: string;
  readonly entries: readonly ListedEntry[];
  readonly stats?: ListedStats;
  readonly gets?: readonly ListedGet[];
}

/** Where a value is, in one word. */
export function placeOf({ namespace, key }: { namespace: string; key: string }): string {
  return `${namespace}:${key}`;
}

/** A value in one line that is equal for equal values: long ones by their SHA-256. */
export function digestOf(value: NvsValue | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (value.type === "blob") return `blob ${sha256(value.value)}`;
  if (value.type === "string") return `string ${sha256(Buffer.from(value.value))}`;
  return `${value.type} ${value.value}`;
}

/** The same for a value as listed. */
export function digestOfListed(listed: Omit<ListedEntry, "error">): string {
  const { type, value, hex, base64, sha256: digest } = listed;
  if (type !== "blob" && type !== "string") return `${type} ${value ?? "?"}`;
  if (digest !== undefined) return `${type} ${digest}`;
  if (hex !== undefined) return `${type} ${sha256(Buffer.from(hex, "hex"))}`;
  if (typeof base64 === "string") return `${type} ${sha256(Buffer.from(base64, "base64"))}`;
  return `${type} ${sha256(Buffer.from(String(value)))}`;
}

/** All of a partition, by place; a namespace's key that is there twice counts once. */
export function contentOf(nvs: Nvs): Map<string, string | undefined> {
  return new Map([...nvs.entries()].map((entry) => [placeOf(entry), digestOf(entry)]));
}

/** The value that a listed entry was made of. Only for those listed with their content. */
export function entryOf(listed: ListedEntry): NvsEntry {
  const { namespace, key, type } = listed;
  return { namespace, key, ...valueOf(type, listed) };
}

function valueOf(type: NvsValue["type"], { value = "", base64, hex = "" }: ListedEntry): NvsValue {
  switch (type) {
    case "blob":
      return {
        type,
        value: typeof base64 === "string" ? bytesOf(base64, "base64") : bytesOf(hex, "hex"),
      };
    case "string":
      return { type, value: String(value) };
    case "u64":
    case "i64":
      return { type, value: BigInt(value) };
    default:
      return { type, value: Number(value) };
  }
}

/** The text of a call list as a value. */
export function valueOfText(type: NvsValue["type"], text: string): NvsValue {
  return valueOf(type, { namespace: "", key: "", type, value: text, hex: text });
}

/** Erases all keys of a namespace, one after the other, as the library's `nvs_erase_all` does. */
export function eraseNamespace(nvs: Nvs, namespace: string): void {
  const keys = [...nvs.entries()].filter((entry) => entry.namespace === namespace);
  for (const { key } of keys) nvs.erase(namespace, key);
}

/** Our error kinds for the library's results. */
export const kindOfResult: Readonly<Record<string, string>> = {
  ESP_ERR_NVS_NOT_ENOUGH_SPACE: "full",
  ESP_ERR_NVS_KEY_TOO_LONG: "key-too-long",
  ESP_ERR_NVS_VALUE_TOO_LONG: "value-too-long",
  ESP_ERR_NVS_NO_FREE_PAGES: "no-free-page",
  ESP_ERR_NVS_NEW_VERSION_FOUND: "new-version",
};

/** A plain array of bytes, which a Buffer is not when compared. */
function bytesOf(text: string, encoding: "hex" | "base64"): Uint8Array {
  return Uint8Array.from(Buffer.from(text, encoding));
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
