// A row of the conformance table, and the bytes that rows send and expect. Every reply is expected
// on a connection that the service was asked to close.

import { startDate, type WireRequest } from "../harness.js";
import type { VendorClient } from "../vendor-client.js";

export interface Fixture {
  readonly acme: VendorClient;
  readonly other: VendorClient;
  /** Of the activated serial `active` of model `m`. */
  readonly cik: string;
  /** Of devices whose serial, and whose model, has been deleted. */
  readonly deadKeys: { readonly serial: string; readonly model: string };
  /** Of an owner that no vendor name is registered to. */
  readonly nobody: { readonly rid: string; readonly cik: string };
}

export interface Row {
  readonly number: number | "-";
  readonly title: string;
  readonly request: (fixture: Fixture) => WireRequest;
  readonly expected: string | RegExp;
}

export const csv = "text/csv; charset=utf-8";
export const text = "text/plain; charset=utf-8";
export const form = "Content-Type: application/x-www-form-urlencoded; charset=utf-8";
export const blob = "0123456789";

export function start(statusLine: string): string {
  return `HTTP/1.1 ${statusLine}\r\nDate: ${startDate}\r\nServer: exo\r\nConnection: Close\r\n`;
}

export function ok(type: string, body: string): string {
  const length = String(body.length);
  return `${start("200 OK")}Content-Length: ${length}\r\nContent-Type: ${type}\r\n\r\n${body}`;
}

export const reset = `${start("205 Reset Content")}Content-Length: 0\r\n\r\n`;

export function refused(statusLine: string, before = "", after = ""): string {
  const body = `HTTP/1.1 ${statusLine}\r\n`;
  const length = `Content-Length: ${body.length}\r\n`;
  const type = `Content-Type: ${text}\r\n`;
  return `${start(statusLine)}${length}${before}${type}${after}\r\n${body}`;
}

export const noContent = `${start("204 No Content")}Content-Length: 0\r\n\r\n`;

export const badRequest = refused("400 Bad Request");
export const unauthorized = refused("401 Unauthorized");
export const forbidden = refused("403 Forbidden");
export const notFound = refused("404 Not Found");
export const conflict = refused("409 Conflict");
export const precondition = refused("412 Precondition Failed");

const identifier = /[0-9a-f]{40}/;

/** The bytes of `ok(type, body)` with a body that is 40 hexadecimal digits. */
export function okIdentifier(type: string): RegExp {
  const head = ok(type, "0".repeat(40)).slice(0, -40);
  return new RegExp(`^${head.replace(/[.*+?()|[\]\\]/g, "\\$&")}${identifier.source}$`);
}

export function asVendor(
  method: string,
  target: string,
  body?: string,
  ...headers: string[]
): Row["request"] {
  return ({ acme }) => ({
    method,
    target: `/provision/manage${target}`,
    headers: [acme.tokenHeader, ...headers],
    ...(body !== undefined && { body }),
  });
}

/** As the vendor `other`, to whom acme shares `m` and `bare`; X-Exosite-Vendor names acme. */
export function throughShare(method: string, target: string, body?: string): Row["request"] {
  return ({ other }) => ({
    method,
    target: `/provision/manage${target}`,
    headers: [other.tokenHeader, "X-Exosite-Vendor: acme"],
    ...(body !== undefined && { body }),
  });
}

export function asDevice(query: string, ...headers: string[]): Row["request"] {
  return ({ cik }) => ({
    method: "GET",
    target: `/provision/download?${query}`,
    headers: [`X-Exosite-CIK: ${cik}`, ...headers],
  });
}

export function activation(body: string): Row["request"] {
  return () => ({ method: "POST", target: "/provision/activate", headers: [form], body });
}

export function enabling(sn: string, more: string): Row["request"] {
  return (fixture) =>
    asVendor(
      "POST",
      `/model/m/${sn}`,
      `enable=true&owner=${fixture.acme.credentials.rid}${more}`,
    )(fixture);
}

export const rid = "ab".repeat(20);
export const own = "vendor=acme&model=m";
