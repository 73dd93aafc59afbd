// The form of a row of procedures.test.ts, and what rows share.

import type { VendorClient } from "../../src/client/vendor-client.js";

export const rid = "a".repeat(40);
export const formType = "application/x-www-form-urlencoded; charset=utf-8";
export const csvType = "text/csv; charset=utf-8";
export const scriptType = "application/javascript; charset=utf-8";
export const page = "offset=0&limit=1000";
export const range = { format: "base10", length: 4, casing: null, first: 1, last: 9 } as const;
export const rangeText = '{"format":"base10","length":4,"casing":null,"first":1,"last":9}';
export const member = { type: "sn", id: "1", expiresAtSeconds: 5, meta: "m" } as const;

export interface Row {
  readonly number: number;
  readonly call: (client: VendorClient) => unknown;
  readonly line: string;
  /** Content-Type and body. */
  readonly sends?: readonly [type: string, body: string];
  /** Its status is 200, or without a body 205. */
  readonly answer?: string;
  readonly result?: unknown;
  readonly deletesByPost?: true;
}

export function form(body: string): NonNullable<Row["sends"]> {
  return [formType, body];
}

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const gathered: Item[] = [];
  for await (const item of items) gathered.push(item);
  return gathered;
}
