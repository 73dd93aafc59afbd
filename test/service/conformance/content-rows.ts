// Rows of the conformance table: what a vendor does with contents: procedures 1 to 11.

import { startSeconds } from "../harness.js";
import {
  asVendor,
  badRequest,
  blob,
  conflict,
  csv,
  forbidden,
  form,
  notFound,
  ok,
  reset,
  type Row,
  start,
} from "./wire-row.js";

export const contentRows: Row[] = [
  {
    number: 1,
    title: "lists all contents of a model in byte order",
    request: asVendor("GET", "/content/m/"),
    expected: ok(csv, "Z-1\r\nempty\r\nfw-1\r\nsecret\r\n"),
  },
  {
    number: 1,
    title: "answers 200 without rows where there is none",
    request: asVendor("GET", "/content/bare/"),
    expected: ok(csv, ""),
  },
  {
    number: 1,
    title: "refuses an unknown model",
    request: asVendor("GET", "/content/none/"),
    expected: badRequest,
  },
  {
    number: 3,
    title: "creates a content",
    request: asVendor("POST", "/content/work/", "id=new&meta=a%2Cb&protected=true", form),
    expected: reset,
  },
  {
    number: 3,
    title: "refuses an id that exists",
    request: asVendor("POST", "/content/m/", "id=fw-1&meta=", form),
    expected: conflict,
  },
  {
    number: 3,
    title: "refuses an unknown model",
    request: asVendor("POST", "/content/none/", "id=new", form),
    expected: badRequest,
  },
  {
    number: 3,
    title: "refuses an id that is no name",
    request: asVendor("POST", "/content/m/", "id=a%2Fb", form),
    expected: badRequest,
  },
  {
    number: 4,
    title: "deletes a content by form",
    request: asVendor("POST", "/content/work/", "delete=true&id=gone-by-form", form),
    expected: reset,
  },
  {
    number: 4,
    title: "answers 404 for an unknown content",
    request: asVendor("POST", "/content/work/", "delete=true&id=none", form),
    expected: notFound,
  },
  {
    number: 5,
    title: "tells five columns of a content",
    request: asVendor("GET", "/content/m/fw-1"),
    expected: ok(csv, `application/x-firmware,10,${startSeconds},version=1.0.0,false\r\n`),
  },
  {
    number: 5,
    title: "quotes what needs quotes, and shows the type before an upload",
    request: asVendor("GET", "/content/m/empty"),
    expected: ok(csv, `application/octet-stream,0,${startSeconds},"a,""b""",false\r\n`),
  },
  {
    number: 5,
    title: "tells that a content is protected",
    request: asVendor("GET", "/content/m/secret"),
    expected: ok(csv, `application/x-firmware,10,${startSeconds},,true\r\n`),
  },
  {
    number: 5,
    title: "answers 404 for an unknown content, on which clients create it",
    request: asVendor("GET", "/content/m/none"),
    expected: notFound,
  },
  {
    number: 6,
    title: "gives a vendor the bytes of a protected content, too",
    request: asVendor("GET", "/content/m/secret?download=true"),
    expected:
      `${start("200 OK")}Accept-Ranges: bytes\r\nContent-Length: 10\r\n` +
      `Content-Type: application/x-firmware\r\n\r\n${blob}`,
  },
  {
    number: 6,
    title: "gives a vendor a range of the bytes",
    request: asVendor("GET", "/content/m/fw-1?download=true", undefined, "Range: bytes=8-99"),
    expected:
      `${start("206 Partial Content")}Accept-Ranges: bytes\r\nContent-Length: 2\r\n` +
      "Content-Range: bytes 8-9/10\r\nContent-Type: application/x-firmware\r\n\r\n89",
  },
  {
    number: 6,
    title: "refuses an unknown model with 403, unlike its siblings",
    request: asVendor("GET", "/content/none/fw-1?download=true"),
    expected: forbidden,
  },
  {
    number: 10,
    title: "takes an upload",
    request: asVendor("POST", "/content/work/upload", "\0\xff\r\n", "Content-Type: a/b; c=d"),
    expected: reset,
  },
  {
    number: 10,
    title: "refuses a type too long to print",
    request: asVendor("POST", "/content/work/upload", "x", `Content-Type: a/${"b".repeat(300)}`),
    expected: badRequest,
  },
  {
    number: 10,
    title: "refuses a second upload",
    request: asVendor("POST", "/content/m/fw-1", blob),
    expected: conflict,
  },
  {
    number: 10,
    title: "refuses an upload to an id that was never created",
    request: asVendor("POST", "/content/m/none", blob),
    expected: notFound,
  },
  {
    number: 10,
    title: "refuses an upload to an unknown model",
    request: asVendor("POST", "/content/none/fw-1", blob),
    expected: badRequest,
  },
  {
    number: 11,
    title: "deletes a content",
    request: asVendor("DELETE", "/content/work/gone"),
    expected: reset,
  },
  {
    number: 11,
    title: "takes a form in the body of a DELETE, without a type",
    request: asVendor("DELETE", "/content/work/gone-with-body", "delete=true&model=work"),
    expected: reset,
  },
  {
    number: 11,
    title: "answers 404 for an unknown content",
    request: asVendor("DELETE", "/content/work/none"),
    expected: notFound,
  },
];
