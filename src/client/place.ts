// Where a procedure is, for the names that a caller gives. Names are checked before they become
// part of a path: an empty one, or one of dots, would reach another procedure.

import { nameRule, serialRule } from "../protocol/name-rules.js";
import { isName, isSerial } from "../protocol/paths.js";
import { fillPath, type Method, type NamesOf } from "../protocol/procedures.js";
import { ClientError } from "./client-error.js";

export interface PlaceOfRequest {
  readonly method: Method;
  readonly path: string;
}

/** Throws ClientError `invalid` if one of `names` cannot be one. */
export function placeOf<Path extends string>(
  { method, path }: { readonly method: Method; readonly path: Path },
  names: Readonly<Record<NamesOf<Path>, string>>,
): PlaceOfRequest {
  for (const [noun, name] of Object.entries<string>(names)) {
    if (noun === "sn") checkSerial(name);
    else checkName(noun, name);
  }
  return { method, path: fillPath(path, names) };
}

/** `name` itself, or throws `invalid`. `noun`: what it should be the name of. */
export function checkName(noun: string, name: string): string {
  if (isName(name)) return name;
  throw new ClientError("invalid", `expected a ${noun} name of ${nameRule}, got ${quote(name)}`);
}

/** `serial` itself, or throws `invalid`. */
export function checkSerial(serial: string): string {
  if (isSerial(serial)) return serial;
  throw new ClientError("invalid", `expected a serial of ${serialRule}, got ${quote(serial)}`);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}
