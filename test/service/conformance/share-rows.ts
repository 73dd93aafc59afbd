// Rows of the conformance table: shares: procedures 51 to 55, and what a vendor may do with a
// model that another shares with it (S-20, S-21).

import type { VendorClient } from "../vendor-client.js";
import {
  asVendor,
  conflict,
  csv,
  forbidden,
  form,
  noContent,
  notFound,
  ok,
  okIdentifier,
  precondition,
  reset,
  type Row,
  start,
  throughShare,
} from "./wire-row.js";

/** `m` and `bare` are shared with `other`, which has enabled nothing yet. */
export async function prepareShares(acme: VendorClient, other: VendorClient): Promise<void> {
  for (const model of ["m", "bare"]) await acme.share(model, other.credentials.vendor);
  for (const sn of ["theirs", "theirs2", "theirs3"]) await acme.addSerial("bare", sn);
  await acme.addSerial("bare", "ours");
  await acme.enable("bare", "ours");
}

const shares: Row[] = [
  {
    number: 51,
    title: "lists the vendors that share a model",
    request: asVendor("GET", "/share/m/"),
    expected: ok(csv, "other\r\n"),
  },
  {
    number: 51,
    title: "answers 204 where nobody does",
    request: asVendor("GET", "/share/work/"),
    expected: noContent,
  },
  {
    number: 51,
    title: "answers 404 for an unknown model",
    request: asVendor("GET", "/share/none/"),
    expected: notFound,
  },
  ...["creates a share", "creates a share that there is"].map((title) => ({
    number: 52,
    title,
    request: asVendor("POST", "/share/work/", "vendor=other", form),
    expected: reset,
  })),
  {
    number: 52,
    title: "answers 404 for an unknown vendor",
    request: asVendor("POST", "/share/work/", "vendor=none", form),
    expected: notFound,
  },
  {
    number: 52,
    title: "refuses a share with oneself",
    request: asVendor("POST", "/share/work/", "vendor=acme", form),
    expected: conflict,
  },
  {
    number: 54,
    title: "tells of a share with an empty reply that has a type",
    request: asVendor("GET", "/share/work/other"),
    expected: `${start("204 No Content")}Content-Length: 0\r\nContent-Type: ${csv}\r\n\r\n`,
  },
  {
    number: 53,
    title: "deletes a share by form",
    request: asVendor("POST", "/share/work/", "vendor=other&delete=true", form),
    expected: reset,
  },
  {
    number: 53,
    title: "answers 404 for a share that is not there",
    request: asVendor("POST", "/share/work/", "vendor=other&delete=true", form),
    expected: notFound,
  },
  {
    number: 54,
    title: "answers 404 for a share that is not there",
    request: asVendor("GET", "/share/work/other"),
    expected: notFound,
  },
  {
    number: 52,
    title: "creates it again",
    request: asVendor("POST", "/share/work/", "vendor=other", form),
    expected: reset,
  },
  {
    number: 55,
    title: "deletes a share",
    request: asVendor("DELETE", "/share/work/other"),
    expected: reset,
  },
  {
    number: 55,
    title: "answers 404 for a share that is not there",
    request: asVendor("DELETE", "/share/work/other"),
    expected: notFound,
  },
];

const shared: Row[] = [
  {
    number: 33,
    title: "lists nothing of a shared model before anything was enabled",
    request: throughShare("GET", "/model/bare/"),
    expected: ok(csv, ""),
  },
  {
    number: 46,
    title: "refuses an owner of its own for a serial of a shared model (S-18)",
    request: (fixture) =>
      throughShare(
        "POST",
        "/model/bare/theirs",
        `enable=true&owner=${fixture.other.credentials.rid}`,
      )(fixture),
    expected: forbidden,
  },
  {
    number: 46,
    title: "enables a serial of a shared model for the creator",
    request: (fixture) =>
      throughShare(
        "POST",
        "/model/bare/theirs",
        `enable=true&owner=${fixture.acme.credentials.rid}`,
      )(fixture),
    expected: okIdentifier(csv),
  },
  {
    number: 46,
    title: "enables a serial of a shared model for an owner of the creator's",
    request: (fixture) =>
      throughShare(
        "POST",
        "/model/bare/0003",
        `enable=true&owner=${fixture.acme.credentials.rid}`,
      )(fixture),
    expected: okIdentifier(csv),
  },
  {
    number: 46,
    title: "refuses an owner of neither",
    request: (fixture) =>
      throughShare("POST", "/model/bare/0004", `enable=true&owner=${fixture.nobody.rid}`)(fixture),
    expected: forbidden,
  },
  {
    number: 33,
    title: "lists those that it enabled, without extra text",
    request: throughShare("GET", "/model/bare/?status=true"),
    expected: rowsMatching("0003,notactivated,RID,", "theirs,notactivated,RID,"),
  },
  {
    number: 33,
    title: "lists for the creator those that a vendor enabled through the share",
    request: asVendor("GET", "/model/bare/?shared=other"),
    expected: rowsMatching("0003,RID,", "theirs,RID,"),
  },
  {
    number: 43,
    title: "tells of a serial that it enabled",
    request: throughShare("GET", "/model/bare/theirs"),
    expected: rowsMatching("notactivated,RID,"),
  },
  {
    number: 43,
    title: "answers 204 for a serial that somebody else enabled",
    request: throughShare("GET", "/model/bare/ours"),
    expected: noContent,
  },
  {
    number: 45,
    title: "answers 204 for the log of a serial that somebody else enabled",
    request: throughShare("GET", "/model/m/active?show=log"),
    expected: noContent,
  },
  {
    number: 48,
    title: "regenerates what it enabled",
    request: throughShare("POST", "/model/bare/theirs", "enable=true"),
    expected: reset,
  },
  {
    number: 47,
    title: "moves what it enabled",
    request: throughShare("POST", "/model/bare/theirs2", "enable=true&oldsn=theirs"),
    expected: reset,
  },
  {
    number: 48,
    title: "still may change what it has moved",
    request: throughShare("POST", "/model/bare/theirs2", "enable=true"),
    expected: reset,
  },
  {
    number: 49,
    title: "disables what it enabled",
    request: throughShare("POST", "/model/bare/theirs2", "disable=true"),
    expected: reset,
  },
  {
    number: 49,
    title: "refuses a serial that was never enabled",
    request: throughShare("POST", "/model/bare/theirs3", "disable=true"),
    expected: precondition,
  },
  ...["enable=true", "disable=true"].map((body) => ({
    number: body === "enable=true" ? 48 : 49,
    title: `refuses ${body} on what somebody else enabled`,
    request: throughShare("POST", "/model/bare/ours", body),
    expected: forbidden,
  })),
  {
    number: 47,
    title: "refuses to move what somebody else enabled",
    request: throughShare("POST", "/model/bare/theirs3", "enable=true&oldsn=ours"),
    expected: forbidden,
  },
  {
    number: 33,
    title: "refuses a model that is not shared",
    request: throughShare("GET", "/model/work/"),
    expected: forbidden,
  },
  {
    number: 33,
    title: "answers 404 for a model that is not there",
    request: throughShare("GET", "/model/none/"),
    expected: notFound,
  },
];

/** A 200 with these rows, in which RID stands for any RID. */
function rowsMatching(...rows: string[]): RegExp {
  const text = ok(csv, rows.map((row) => `${row.replace("RID", "0".repeat(40))}\r\n`).join(""));
  const source = text.replace(/[.*+?()|[\]\\]/g, "\\$&");
  return new RegExp(`^${source.replaceAll("0".repeat(40), "[0-9a-f]{40}")}$`);
}

export const shareRows: Row[] = [...shares, ...shared];
