// Where a device's requests go (procedures 64 to 67), the header names and values both sides agree
// on, and the shapes of the names that travel in them.

import { isAlphanumeric } from "./ascii.js";
import { encodeForm } from "./form.js";
import { cikCharacters, hostBytesMax, nameBytesMax, serialBytesMax } from "./limits.js";

export const cikHeader = "X-Exosite-CIK";
export const tokenHeader = "X-Exosite-Token";
export const vendorHeader = "X-Exosite-Vendor";

export const formContentType = "application/x-www-form-urlencoded; charset=utf-8";

/** Procedure 64: POST, a form of vendor, model and sn. */
export const activateTarget = "/provision/activate";
export const downloadPath = "/provision/download";

/** Procedure 65: the ids of the contents this device may read, as CSV. */
export function downloadListTarget(vendor: string, model: string): string {
  return `${downloadPath}?${encodeForm([
    ["vendor", vendor],
    ["model", model],
  ])}`;
}

/** Procedure 66: the content itself, or a range of its bytes. */
export function blobTarget(vendor: string, model: string, id: string): string {
  return `${downloadListTarget(vendor, model)}&${encodeForm([["id", id]])}`;
}

/** Procedure 67: one CSV row, see release.ts. */
export function infoTarget(vendor: string, model: string, id: string): string {
  return `${blobTarget(vendor, model, id)}&info=true`;
}

/** Whether `text` may name a vendor, a model, a content or a group (S-12). */
export function isName(text: string): boolean {
  return text.length <= nameBytesMax && isNameText(text);
}

/** Whether `text` may be a serial number: a name, but longer. */
export function isSerial(text: string): boolean {
  return text.length <= serialBytesMax && isNameText(text);
}

/**
 * One or more of letters, digits, `._:~-` and blank. Not `.` or `..`: clients that normalise a URL
 * would reach another path (RFC 3986 section 5.2.4).
 */
function isNameText(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    if (!isAlphanumeric(text.charCodeAt(at)) && !"._:~- ".includes(text.charAt(at))) return false;
  }
  return text.length > 0 && text !== "." && text !== "..";
}

/**
 * Whether `text` may be a host: a name or an address of letters, digits, dots and hyphens, as RFC
 * 1123 section 2.1 has it.
 */
export function isHost(text: string): boolean {
  if (text.length === 0 || text.length > hostBytesMax) return false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const letter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
    const digit = code >= 0x30 && code <= 0x39;
    if (!letter && !digit && code !== 0x2d && code !== 0x2e) return false;
  }
  return true;
}

/** Whether `text` has the shape of a CIK. Ours are lower-case hexadecimal, others' may not be. */
export function isCik(text: string): boolean {
  if (text.length !== cikCharacters) return false;
  for (let at = 0; at < text.length; at++) {
    if (!isAlphanumeric(text.charCodeAt(at))) return false;
  }
  return true;
}

/**
 * The CIK in the body of an activation, which may end in a line end; undefined if it is not one.
 */
export function readCik(body: string): string | undefined {
  let end = body.length;
  while (end > 0 && (body.charAt(end - 1) === "\n" || body.charAt(end - 1) === "\r")) end--;
  const cik = body.slice(0, end);
  return isCik(cik) ? cik : undefined;
}
