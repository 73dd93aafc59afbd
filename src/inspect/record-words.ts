// The agent's records in words, for people who look into a flash. The forms are in
// src/flash/SPEC.md; what cannot be read is shown as it is.

import { decodeForm, formValue, type FormPair } from "../protocol/form.js";
import { identityKeys, storeDomain } from "../protocol/store-keys.js";

/** A record's value in words. Undefined: its key has no words, or the value is not a record. */
export function recordWords(
  namespace: string,
  key: string,
  value: string | number,
): string | undefined {
  if (namespace !== storeDomain || typeof value !== "string") return undefined;
  if (Object.values<string>(identityKeys).includes(key)) return undefined;
  if (key === "rejected") return listWords(value.split("\n").map(rejectedWords));
  const pairs = decodeForm(value);
  switch (key) {
    case "target":
      return targetWords(pairs);
    case "armed":
      return armedWords(pairs);
    case "confirmed":
      return confirmedWords(pairs);
    default:
      return undefined;
  }
}

function listWords(words: readonly (string | undefined)[]): string | undefined {
  const known = words.filter((text) => text !== undefined);
  return known.length === 0 ? undefined : known.join("; ");
}

function rejectedWords(line: string): string | undefined {
  const pairs = decodeForm(line);
  const [id, reason] = [formValue(pairs, "id"), formValue(pairs, "reason")];
  if (id === undefined || reason === undefined) return undefined;
  const bad = formValue(pairs, "bad");
  const how = bad === undefined ? "rejected" : `came out wrong ${bad} times`;
  return `${id} ${how}, because: ${reason}`;
}

function targetWords(pairs: readonly FormPair[]): string | undefined {
  const [release, slot] = [releaseWords(pairs), formValue(pairs, "slot")];
  if (release === undefined || slot === undefined) return undefined;
  return `downloading ${release} to ota_${slot}`;
}

function armedWords(pairs: readonly FormPair[]): string | undefined {
  const [release, slot, trials] = [
    releaseWords(pairs),
    formValue(pairs, "slot"),
    formValue(pairs, "trials"),
  ];
  if (release === undefined || slot === undefined || trials === undefined) return undefined;
  return `${release} is ready in ota_${slot}, on trial ${trials} times so far`;
}

function confirmedWords(pairs: readonly FormPair[]): string | undefined {
  const [slot, size] = [formValue(pairs, "slot"), formValue(pairs, "size")];
  if (slot === undefined || size === undefined) return undefined;
  return `ota_${slot} is confirmed, ${size} bytes`;
}

function releaseWords(pairs: readonly FormPair[]): string | undefined {
  const [id, size] = [formValue(pairs, "id"), formValue(pairs, "size")];
  return id === undefined || size === undefined ? undefined : `${id} (${size} bytes)`;
}
