// The texts of a request, checked: names, serials, and what a vendor may write about a thing.

import { metaBytesMax } from "../../protocol/limits.js";
import { isName, isSerial } from "../../protocol/paths.js";
import { Refusal } from "../errors.js";
import type { Fields } from "../http/fields.js";

/** Returns `text` if it may be a name (S-12), or refuses with `malformed-name`. */
export function asName(text: string): string {
  if (!isName(text)) throw new Refusal("malformed-name");
  return text;
}

/** Returns `text` if it may be a serial (S-12), or refuses with `malformed-name`. */
export function asSerial(text: string): string {
  if (!isSerial(text)) throw new Refusal("malformed-name");
  return text;
}

/**
 * Returns free text to be stored, or refuses with `malformed-key`. PostgreSQL's text holds every
 * character but NUL.
 */
export function asText(text: string, byteLengthMax: number): string {
  if (Buffer.byteLength(text) > byteLengthMax || text.includes("\0")) {
    throw new Refusal("malformed-key");
  }
  return text;
}

/** The vendor's free text about a thing; the older document calls it `description`. */
export function metaOf(form: Fields): string {
  return asText(form.get("meta") ?? form.get("description") ?? "", metaBytesMax);
}
