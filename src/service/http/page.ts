// The part of a list that a request asks for (S-36, S-37): whatever it says, a page comes of it.

import type { Fields } from "./fields.js";

export interface Page {
  readonly offset: number;
  readonly limit: number;
}

/** The bounds that the API promises. The lower one is the default, too. */
const limitMin = 5;
const limitMax = 1000;

export function pageOf(query: Fields): Page {
  const limit = wholeNumber(query.get("limit")) ?? limitMin;
  return {
    offset: wholeNumber(query.get("offset")) ?? 0,
    limit: Math.min(Math.max(limit, limitMin), limitMax),
  };
}

/** Anything above 2^53 counts as that. */
function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d+$/.test(text)) return undefined;
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
}
