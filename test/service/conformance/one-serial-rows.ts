// Rows of the conformance table: what a vendor does with one serial: procedures 43 to 50.

import { startSeconds } from "../harness.js";
import {
  asVendor,
  conflict,
  csv,
  enabling,
  forbidden,
  form,
  noContent,
  notFound,
  ok,
  okIdentifier,
  precondition,
  reset,
  rid,
  type Row,
} from "./wire-row.js";

/** A 200 with a row of status, RID and extra text. */
function okRow(status: string, extra: string): RegExp {
  const text = ok(csv, `${status},${rid},${extra}\r\n`);
  return new RegExp(`^${text.replace(/[.*+?()|[\]\\]/g, "\\$&").replace(rid, "[0-9a-f]{40}")}$`);
}

export const oneSerialRows: Row[] = [
  {
    number: 43,
    title: "answers 204 for a serial without a client",
    request: asVendor("GET", "/model/m/free2"),
    expected: noContent,
  },
  {
    number: 43,
    title: "answers 204 for a serial in a range",
    request: asVendor("GET", "/model/bare/01:02:03:04:05:FF"),
    expected: noContent,
  },
  {
    number: 43,
    title: "answers 404 for an unknown serial",
    request: asVendor("GET", "/model/m/none"),
    expected: notFound,
  },
  {
    number: 43,
    title: "tells status, RID and extra text of a client",
    request: asVendor("GET", "/model/m/active"),
    expected: okRow("activated", ""),
  },
  {
    number: 45,
    title: "tells activations as they were posted",
    request: asVendor("GET", "/model/m/active?show=log"),
    expected: ok(csv, `${startSeconds},127.0.0.1,vendor=acme&model=m&sn=active\r\n`),
  },
  {
    number: 45,
    title: "answers 204 where nothing was activated",
    request: asVendor("GET", "/model/m/free2?show=log"),
    expected: noContent,
  },
  {
    number: 45,
    title: "answers 404 for an unknown serial",
    request: asVendor("GET", "/model/m/none?show=log"),
    expected: notFound,
  },
  {
    number: 46,
    title: "enables a serial and gives the client's RID without a line end",
    request: enabling("free", ""),
    expected: okIdentifier(csv),
  },
  {
    number: 46,
    title: "refuses a serial that has a client",
    request: enabling("active", ""),
    expected: conflict,
  },
  {
    number: 46,
    title: "answers 404 for an unknown serial",
    request: enabling("none", ""),
    expected: notFound,
  },
  {
    number: 46,
    title: "refuses an owner outside the vendor's tree",
    request: asVendor("POST", "/model/m/free2", `enable=true&owner=${rid}`, form),
    expected: forbidden,
  },
  {
    number: 48,
    title: "regenerates a CIK",
    request: asVendor("POST", "/model/m/again", "enable=true", form),
    expected: reset,
  },
  {
    number: 48,
    title: "refuses a serial that was never enabled",
    request: asVendor("POST", "/model/m/free2", "enable=true", form),
    expected: precondition,
  },
  {
    number: 48,
    title: "answers 404 for an unknown serial",
    request: asVendor("POST", "/model/m/none", "enable=true", form),
    expected: notFound,
  },
  {
    number: 49,
    title: "disables a CIK",
    request: asVendor("POST", "/model/m/disabled", "disable=true", form),
    expected: reset,
  },
  {
    number: 49,
    title: "refuses a serial that was never enabled",
    request: asVendor("POST", "/model/m/free2", "disable=true", form),
    expected: precondition,
  },
  {
    number: 46,
    title: "enables a serial that is only in a range, which lists it",
    request: (fixture) => ({
      ...enabling("", "")(fixture),
      target: "/provision/manage/model/listed/0007",
    }),
    expected: okIdentifier(csv),
  },
  {
    number: 47,
    title: "moves a client to another serial",
    request: asVendor("POST", "/model/m/target", "enable=true&oldsn=moves", form),
    expected: reset,
  },
  {
    number: 43,
    title: "tells that the moved client is to be activated anew",
    request: asVendor("GET", "/model/m/target"),
    expected: okRow("notactivated", ""),
  },
  {
    number: 43,
    title: "answers 204 for the serial that it was moved from",
    request: asVendor("GET", "/model/m/moves"),
    expected: noContent,
  },
  {
    number: 47,
    title: "refuses to move from a serial without a client",
    request: asVendor("POST", "/model/m/free2", "enable=true&oldsn=moves", form),
    expected: precondition,
  },
  {
    number: 47,
    title: "refuses to move to a serial with a client",
    request: asVendor("POST", "/model/m/target", "enable=true&oldsn=moves-too", form),
    expected: conflict,
  },
  ...["/model/m/none", "/model/m/free2"].map((target, at) => ({
    number: 47,
    title: `answers 404 for an unknown serial, ${at === 0 ? "new" : "old"}`,
    request: asVendor("POST", target, `enable=true&oldsn=${at === 0 ? "moves-too" : "none"}`),
    expected: notFound,
  })),
  {
    number: 50,
    title: "deletes a serial",
    request: asVendor("DELETE", "/model/m/goes"),
    expected: reset,
  },
  {
    number: 50,
    title: "answers 404 for an unknown serial",
    request: asVendor("DELETE", "/model/m/goes"),
    expected: notFound,
  },
];
