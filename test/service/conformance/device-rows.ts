// Rows of the conformance table: what devices ask, and what anyone may: procedures 64 to 67, paths and methods.

import { startSeconds } from "../harness.js";
import {
  activation,
  asDevice,
  badRequest,
  blob,
  conflict,
  csv,
  forbidden,
  notFound,
  ok,
  okIdentifier,
  own,
  refused,
  type Row,
  start,
  text,
} from "./wire-row.js";

export const deviceRows: Row[] = [
  {
    number: 64,
    title: "activates and gives the CIK without a line end",
    request: activation(`${own}&sn=waiting`),
    expected: okIdentifier(text),
  },
  {
    number: 64,
    title: "refuses a second activation",
    request: activation(`${own}&sn=active`),
    expected: conflict,
  },
  {
    number: 64,
    title: "refuses a serial that was never enabled",
    request: activation(`${own}&sn=free2`),
    expected: conflict,
  },
  ...["vendor=none&model=m&sn=1", "vendor=acme&model=none&sn=1", `${own}&sn=none`].map((body) => ({
    number: 64,
    title: `answers 404 for ${body}`,
    request: activation(body),
    expected: notFound,
  })),
  {
    number: 64,
    title: "compares names byte for byte",
    request: activation("vendor=Acme&model=m&sn=active"),
    expected: notFound,
  },
  {
    number: 64,
    title: "refuses an activation without a serial",
    request: activation(own),
    expected: badRequest,
  },
  {
    number: 64,
    title: "refuses a serial with a NUL",
    request: activation(`${own}&sn=active%00`),
    expected: badRequest,
  },
  {
    number: 64,
    title: "ignores keys of authorisation, whatever they are",
    request: () => ({
      method: "POST",
      target: "/provision/activate",
      headers: ["X-Exosite-CIK: None", "X-Exosite-Token: "],
      body: `${own}&sn=waiting2&osn=&mfr=\xff\0\x80%zz`,
    }),
    expected: okIdentifier(text),
  },
  {
    number: 65,
    title: "lists what the device may read, in byte order",
    request: asDevice(own),
    expected: ok(csv, "Z-1\r\nempty\r\nfw-1\r\n"),
  },
  {
    number: 65,
    title: "refuses another model",
    request: asDevice("vendor=acme&model=bare"),
    expected: forbidden,
  },
  {
    number: 65,
    title: "refuses a query without a model",
    request: asDevice("vendor=acme"),
    expected: forbidden,
  },
  {
    number: 66,
    title: "gives a content's bytes",
    request: asDevice(`${own}&id=fw-1`),
    expected:
      `${start("200 OK")}Accept-Ranges: bytes\r\nContent-Length: 10\r\n` +
      `Content-Type: application/x-firmware\r\n\r\n${blob}`,
  },
  {
    number: 66,
    title: "gives a range of them",
    request: asDevice(`${own}&id=fw-1`, "Range: bytes=2-5"),
    expected:
      `${start("206 Partial Content")}Accept-Ranges: bytes\r\nContent-Length: 4\r\n` +
      "Content-Range: bytes 2-5/10\r\nContent-Type: application/x-firmware\r\n\r\n2345",
  },
  {
    number: 66,
    title: "answers 416 with the size and the status line as a body",
    request: asDevice(`${own}&id=fw-1`, "Range: bytes=10-"),
    expected: refused("416 Range Not Satisfiable", "Content-Range: bytes */10\r\n"),
  },
  {
    number: 66,
    title: "gives nothing, with 200, before the upload",
    request: asDevice(`${own}&id=empty`),
    expected:
      `${start("200 OK")}Accept-Ranges: bytes\r\nContent-Length: 0\r\n` +
      "Content-Type: application/octet-stream\r\n\r\n",
  },
  {
    number: 66,
    title: "answers 404 for an unknown content",
    request: asDevice(`${own}&id=none`),
    expected: notFound,
  },
  {
    number: 66,
    title: "refuses a protected content",
    request: asDevice(`${own}&id=secret`),
    expected: forbidden,
  },
  {
    number: 66,
    title: "refuses another model before it looks for the content",
    request: asDevice("vendor=acme&model=bare&id=none"),
    expected: forbidden,
  },
  {
    number: 67,
    title: "tells four columns of a content",
    request: asDevice(`${own}&id=fw-1&info=true`),
    expected: ok(csv, `application/x-firmware,10,${startSeconds},version=1.0.0\r\n`),
  },
  {
    number: 67,
    title: "ignores a Range",
    request: asDevice(`${own}&id=fw-1&info=true`, "Range: bytes=0-1"),
    expected: ok(csv, `application/x-firmware,10,${startSeconds},version=1.0.0\r\n`),
  },
  {
    number: 67,
    title: "refuses another model with 400, unlike its siblings",
    request: asDevice("vendor=acme&model=bare&id=fw-1&info=true"),
    expected: badRequest,
  },
];

export const otherRows: Row[] = [
  {
    number: "-",
    title: "tells the time without a line end",
    request: () => ({ method: "GET", target: "/timestamp" }),
    expected: ok(text, String(startSeconds)),
  },
  {
    number: "-",
    title: "answers 404 for an unknown path",
    request: () => ({ method: "GET", target: "/provision/manage/" }),
    expected: notFound,
  },
  ...["/provision/activate/", "/provision//activate", "/Provision/activate", "*"].map((target) => ({
    number: "-" as const,
    title: `does not normalise ${target}`,
    request: () => ({ method: "POST", target, body: `${own}&sn=waiting` }),
    expected: notFound,
  })),
  {
    number: "-",
    title: "answers 405 and what is allowed for a method that the path does not list",
    request: () => ({ method: "PUT", target: "/provision/manage/content/m/fw-1", body: "" }),
    expected: refused("405 Method Not Allowed", "", "Allow: GET, POST, DELETE\r\n"),
  },
  {
    number: "-",
    title: "takes the absolute form of a target",
    request: () => ({ method: "GET", target: "http://acme.m2.exosite.com/timestamp?" }),
    expected: ok(text, String(startSeconds)),
  },
];
