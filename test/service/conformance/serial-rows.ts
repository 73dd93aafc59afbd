// Rows of the conformance table: what a vendor does with the serials of a model: procedures 33 to 42, and what
// is left of them.

import type { VendorClient } from "../vendor-client.js";
import {
  asVendor,
  badRequest,
  conflict,
  csv,
  form,
  notFound,
  ok,
  reset,
  type Row,
} from "./wire-row.js";

const script = "application/javascript; charset=utf-8";
const json = `Content-Type: ${script}`;
const rows = `Content-Type: ${csv}`;

const macRange =
  '{"format":"mac:48","length":null,"casing":"upper","first":1108152157440,"last":1108152157695}';
const counted = (first: number, last: number): string =>
  `{"format":"base10","length":4,"casing":null,"first":${first},"last":${last}}`;

function ranges(...texts: string[]): string {
  return `{"ranges":[${texts.join(",")}]}`;
}

/** The serials that these rows look at, move and delete. */
export async function prepareSerials(acme: VendorClient): Promise<void> {
  await acme.createModel("listed");
  await acme.change("/model/listed/", 'b,blue\nC,"x,y"\na,\n', [rows]);
  for (const sn of ["moves", "moves-too", "target", "goes"]) await acme.addSerial("m", sn);
  for (const sn of ["moves", "moves-too"]) await acme.enable("m", sn);
  for (const sn of ["r1", "r2", "r3", "r4", "r5"]) await acme.addSerial("work", sn);
  await acme.addRanges("bare", JSON.parse(macRange) as object, JSON.parse(counted(1, 9)) as object);
  await acme.addRanges("listed", JSON.parse(counted(7, 7)) as object);
}

export const serialRows: Row[] = [
  {
    number: 33,
    title: "lists serials in byte order, with RID and extra text",
    request: asVendor("GET", "/model/listed/"),
    expected: ok(csv, 'C,,"x,y"\r\na,,\r\nb,,blue\r\n'),
  },
  {
    number: 33,
    title: "puts the status second when it is asked for",
    request: asVendor("GET", "/model/listed/?status=true&offset=2&limit=1"),
    expected: ok(csv, "b,,,blue\r\n"),
  },
  {
    number: 33,
    title: "leaves the extra text out for whoever names a vendor, itself included",
    request: asVendor("GET", "/model/listed/", undefined, "X-Exosite-Vendor: acme"),
    expected: ok(csv, "C,,\r\na,,\r\nb,,\r\n"),
  },
  ...["offset=3", "offset=99999999999999999999&limit=x", "shared=none", "shared=acme"].map(
    (query) => ({
      number: 33,
      title: `answers 200 without rows for ${query}`,
      request: asVendor("GET", `/model/listed/?${query}`),
      expected: ok(csv, ""),
    }),
  ),
  {
    number: 33,
    title: "answers 404 for an unknown model",
    request: asVendor("GET", "/model/none/?"),
    expected: notFound,
  },
  {
    number: 34,
    title: "lists ranges as they were sent",
    request: asVendor("GET", "/model/bare/?show=ranges"),
    expected: ok(script, ranges(macRange, counted(1, 9))),
  },
  {
    number: 34,
    title: "lists no ranges where there are none",
    request: asVendor("GET", "/model/work/?show=ranges"),
    expected: ok(script, ranges()),
  },
  {
    number: 35,
    title: "adds a serial",
    request: asVendor("POST", "/model/work/", "add=true&sn=one&extra=red", form),
    expected: reset,
  },
  {
    number: 35,
    title: "adds a MAC address, which has colons",
    request: asVendor("POST", "/model/work/", "sn=00:1B:44:11:3A:B7"),
    expected: reset,
  },
  {
    number: 35,
    title: "refuses a serial that exists",
    request: asVendor("POST", "/model/m/", "sn=active&extra=", form),
    expected: conflict,
  },
  {
    number: 35,
    title: "answers 404 for an unknown model",
    request: asVendor("POST", "/model/none/", "sn=1", form),
    expected: notFound,
  },
  {
    number: 36,
    title: "adds several serials",
    request: asVendor("POST", "/model/work/", "sn[]=two&sn%5B%5D=three", form),
    expected: reset,
  },
  {
    number: 36,
    title: "refuses a serial that is there twice",
    request: asVendor("POST", "/model/work/", "sn[]=four&sn[]=four", form),
    expected: conflict,
  },
  {
    number: 37,
    title: "adds serials as CSV, one or two columns, any line end",
    request: asVendor(
      "POST",
      "/model/work/",
      'five\nsix,"a ""b"""\r\n\r\nseven,',
      `Content-Type: ${csv}`,
    ),
    expected: reset,
  },
  {
    number: 37,
    title: "refuses a serial that exists",
    request: asVendor("POST", "/model/work/", "eight\r\nfive\r\n", `Content-Type: ${csv}`),
    expected: conflict,
  },
  {
    number: 37,
    title: "refuses an empty serial",
    request: asVendor("POST", "/model/work/", "eight\r\n,x\r\n", `Content-Type: ${csv}`),
    expected: badRequest,
  },
  {
    number: 37,
    title: "refuses a third column: a text with a comma must be quoted, or its end would be lost",
    request: asVendor("POST", "/model/work/", "eight,x,y\r\n", `Content-Type: ${csv}`),
    expected: badRequest,
  },
  {
    number: 37,
    title: "refuses what is no CSV",
    request: asVendor("POST", "/model/work/", '"nine', `Content-Type: ${csv}`),
    expected: badRequest,
  },
  {
    number: 38,
    title: "adds ranges",
    request: asVendor("POST", "/model/work/", ranges(counted(10, 20), counted(30, 40)), json),
    expected: reset,
  },
  {
    number: 38,
    title: "takes application/json, too",
    request: asVendor(
      "POST",
      "/model/work/",
      '{"ranges":[{"format":"base16","first":0,"last":255}]}',
      "content-type: application/json",
    ),
    expected: reset,
  },
  ...[
    "",
    "[]",
    '{"ranges":{}}',
    ranges("1"),
    ranges(counted(9, 1)),
    ranges(counted(1, 10_000)),
    ranges(counted(1, 2), counted(-1, 2)),
    ranges('{"format":"base8","first":0,"last":1}'),
    ranges('{"format":"base10","length":0,"first":0,"last":1}'),
    ranges('{"format":"base16","casing":"Upper","first":0,"last":1}'),
    ranges('{"format":"mac-48","first":0,"last":281474976710656}'),
    ranges('{"format":"base10","first":0,"last":9007199254740992}'),
    ranges('{"format":"base10","first":0,"last":"1"}'),
  ].map((body) => ({
    number: 38,
    title: `refuses ${JSON.stringify(body)}`,
    request: asVendor("POST", "/model/work/", body, json),
    expected: badRequest,
  })),
  {
    number: 42,
    title: "takes numbers out of ranges",
    request: asVendor("DELETE", "/model/work/", ranges(counted(15, 35)), json),
    expected: reset,
  },
  {
    number: 42,
    title: "ignores numbers that are in no range",
    request: asVendor("DELETE", "/model/work/", ranges(counted(15, 35), macRange), json),
    expected: reset,
  },
  {
    number: 34,
    title: "lists what is left of ranges",
    request: asVendor("GET", "/model/work/?show=ranges"),
    expected: ok(
      script,
      ranges(
        counted(10, 14),
        counted(36, 40),
        '{"format":"base16","length":null,"casing":null,"first":0,"last":255}',
      ),
    ),
  },
  {
    number: 39,
    title: "removes a serial, which some clients call remove",
    request: asVendor("POST", "/model/work/", "remove=true&sn=kept", form),
    expected: reset,
  },
  {
    number: 39,
    title: "ignores a serial that is not there",
    request: asVendor("POST", "/model/work/", "delete=true&sn=kept", form),
    expected: reset,
  },
  {
    number: 43,
    title: "answers 404 for a serial that was removed",
    request: asVendor("GET", "/model/work/kept"),
    expected: notFound,
  },
  {
    number: 40,
    title: "removes several serials",
    request: asVendor("POST", "/model/work/", "delete=true&sn[]=r1&sn[]=r2", form),
    expected: reset,
  },
  {
    number: 41,
    title: "removes serials as CSV",
    request: asVendor("DELETE", "/model/work/", "r3\r\nr4,x\nnone\n", rows),
    expected: reset,
  },
  {
    number: 33,
    title: "lists what was added and not removed",
    request: asVendor("GET", "/model/work/?limit=1000"),
    expected: ok(
      csv,
      "00:1B:44:11:3A:B7,,\r\nfive,,\r\none,,red\r\nr5,,\r\nseven,,\r\n" +
        'six,,"a ""b"""\r\nthree,,\r\ntwo,,\r\n',
    ),
  },
];
