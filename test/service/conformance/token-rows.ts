// Rows of the conformance table: vendor names and tokens: procedures 56 to 63.

import type { WireRequest } from "../harness.js";
import {
  badRequest,
  conflict,
  csv,
  type Fixture,
  forbidden,
  noContent,
  notFound,
  ok,
  okIdentifier,
  reset,
  type Row,
  text,
  unauthorized,
} from "./wire-row.js";

/** A request with a CIK: of the vendor acme, of the owner without a name, or of the device. */
function withCik(
  whose: "acme" | "nobody" | "device",
  method: string,
  target: string,
  body?: string,
): Row["request"] {
  return ({ acme, nobody, cik }: Fixture): WireRequest => {
    const key = { acme: acme.credentials.cik, nobody: nobody.cik, device: cik }[whose];
    const headers = [`X-Exosite-CIK: ${key}`];
    return { method, target, headers, ...(body !== undefined && { body }) };
  };
}

const register = "/provision/register";
const names: Row[] = [
  {
    number: 56,
    title: "tells a vendor's name without a line end",
    request: withCik("acme", "GET", register),
    expected: ok(text, "acme"),
  },
  {
    number: 56,
    title: "takes the token, too",
    request: ({ acme }) => ({ method: "GET", target: register, headers: [acme.tokenHeader] }),
    expected: ok(text, "acme"),
  },
  {
    number: 56,
    title: "answers 204 for a client without a name",
    request: withCik("nobody", "GET", register),
    expected: noContent,
  },
  {
    number: 57,
    title: "refuses a name that another holds",
    request: withCik("nobody", "POST", register, "vendor=acme"),
    expected: conflict,
  },
  {
    number: 57,
    title: "refuses a name to a device",
    request: withCik("device", "POST", register, "vendor=device"),
    expected: forbidden,
  },
  {
    number: 57,
    title: "registers a name, with no Content-Type",
    request: withCik("nobody", "POST", register, "vendor=somebody"),
    expected: reset,
  },
  {
    number: 57,
    title: "registers a name that the client has",
    request: withCik("nobody", "POST", register, "vendor=somebody"),
    expected: reset,
  },
  {
    number: 57,
    title: "refuses a second name",
    request: withCik("nobody", "POST", register, "vendor=somebody2"),
    expected: conflict,
  },
  {
    number: 57,
    title: "refuses what cannot be a name",
    request: withCik("nobody", "POST", register, "vendor="),
    expected: badRequest,
  },
  {
    number: 58,
    title: "answers 404 for a name that the client does not hold",
    request: withCik("nobody", "POST", register, "delete=true&vendor=acme"),
    expected: notFound,
  },
  {
    number: 58,
    title: "gives a name back",
    request: withCik("nobody", "POST", register, "delete=true&vendor=somebody"),
    expected: reset,
  },
  {
    number: 56,
    title: "answers 204 when the name was given back",
    request: withCik("nobody", "GET", register),
    expected: noContent,
  },
];

const tokensPath = "/provision/admin/auth/";
const tokens: Row[] = [
  {
    number: 59,
    title: "lists the ids of tokens",
    request: withCik("acme", "GET", tokensPath),
    expected: ok(csv, "first\r\n"),
  },
  {
    number: 59,
    title: "refuses a token",
    request: ({ acme }) => ({ method: "GET", target: tokensPath, headers: [acme.tokenHeader] }),
    expected: unauthorized,
  },
  {
    number: 59,
    title: "refuses a CIK that belongs to no vendor",
    request: withCik("device", "GET", tokensPath),
    expected: forbidden,
  },
  ...["second", "third"].map((id) => ({
    number: 60,
    title: "makes a token and gives it without a line end",
    request: withCik("acme", "POST", tokensPath, `id=${id}`),
    expected: okIdentifier(text),
  })),
  {
    number: 60,
    title: "refuses an id that exists",
    request: withCik("acme", "POST", tokensPath, "id=second"),
    expected: conflict,
  },
  {
    number: 62,
    title: "tells a token",
    request: withCik("acme", "GET", `${tokensPath}second`),
    expected: okIdentifier(text),
  },
  {
    number: 61,
    title: "deletes a token by form",
    request: withCik("acme", "POST", tokensPath, "delete=true&id=second"),
    expected: reset,
  },
  {
    number: 61,
    title: "answers 404 for an unknown token",
    request: withCik("acme", "POST", tokensPath, "delete=true&id=second"),
    expected: notFound,
  },
  {
    number: 62,
    title: "answers 404 for an unknown token",
    request: withCik("acme", "GET", `${tokensPath}second`),
    expected: notFound,
  },
  {
    number: 63,
    title: "deletes a token",
    request: withCik("acme", "DELETE", `${tokensPath}third`),
    expected: reset,
  },
  {
    number: 63,
    title: "answers 404 for an unknown token",
    request: withCik("acme", "DELETE", `${tokensPath}third`),
    expected: notFound,
  },
];

export const tokenRows: Row[] = [...names, ...tokens];
