// The members of a group as requests name them, in forms and in CSV (procedures 18 to 25).

import { parseDecimal } from "../../protocol/decimal.js";
import { metaBytesMax } from "../../protocol/limits.js";
import { Refusal } from "../errors.js";
import type { Member, MemberKey } from "../stores/members.js";
import { asName, asSerial, asText } from "./texts.js";
import type { MemberType } from "../database/schema.js";

/** A type of S-46, or refuses the request. */
export function asMemberType(text: string): MemberType {
  switch (text) {
    case "content":
    case "group":
    case "sn":
      return text;
    default:
      throw new Refusal("malformed-key");
  }
}

export function asMemberKey(typeText: string, name: string): MemberKey {
  const type = asMemberType(typeText);
  return { type, name: type === "sn" ? asSerial(name) : asName(name) };
}

/** `expire` as it is sent: nothing or 0 is never (S-42). */
export function asMember(typeText: string, name: string, expire: string, meta: string): Member {
  const seconds = expire === "" ? 0 : parseDecimal(expire);
  if (seconds === undefined) throw new Refusal("malformed-key");
  return {
    ...asMemberKey(typeText, name),
    expiresAt: seconds === 0 ? null : seconds,
    meta: asText(meta, metaBytesMax),
  };
}
