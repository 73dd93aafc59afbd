// Rows of the conformance table: what a vendor does with groups: procedures 12 to 25, and what
// groups let a serial read: procedures 2, 7, 8 and 9. All on a model of their own.

import { startSeconds } from "../harness.js";
import type { VendorClient } from "../vendor-client.js";
import {
  asVendor,
  badRequest,
  blob,
  conflict,
  csv,
  forbidden,
  form,
  noContent,
  notFound,
  ok,
  reset,
  type Row,
  start,
} from "./wire-row.js";

const rows = `Content-Type: ${csv}`;
const later = String(startSeconds + 60);
const info = `application/x-firmware,10,${startSeconds},`;

/** `all` holds `beta`, which holds serial 1 and content `secret`; `bare` holds nothing. */
export async function prepareGroups(acme: VendorClient): Promise<void> {
  await acme.createModel("grouped");
  for (const sn of ["1", "2"]) await acme.addSerial("grouped", sn);
  await acme.addRanges("grouped", { format: "base10", length: 3, first: 0, last: 999 });
  await acme.createContent("grouped", "open");
  for (const id of ["secret", "secret2"]) {
    await acme.createContent("grouped", id, "&protected=true");
    await acme.upload("grouped", id, blob);
  }
  for (const group of ["all", "bare", "beta", "goes", "goes-too"]) {
    await acme.createGroup("grouped", group, group === "all" ? "a%2Cb" : "");
  }
  await acme.addMembers("grouped", "beta", `sn,1,${later},note`, "content,secret", "sn,007");
  await acme.addMembers("grouped", "all", "group,beta", "content,open,1");
}

const membership: Row[] = [
  {
    number: 9,
    title: "lists the groups that hold a content",
    request: asVendor("GET", "/content/grouped/secret?show=groups"),
    expected: ok(csv, "beta\r\n"),
  },
  {
    number: 9,
    title: "answers 204 for a content in no group",
    request: asVendor("GET", "/content/grouped/secret2?show=groups"),
    expected: noContent,
  },
  {
    number: 16,
    title: "lists the groups that hold a group",
    request: asVendor("GET", "/group/grouped/beta?show=groups"),
    expected: ok(csv, "all\r\n"),
  },
  {
    number: 16,
    title: "answers 204 for a group in no other",
    request: asVendor("GET", "/group/grouped/all?show=groups&offset=0&limit=5"),
    expected: noContent,
  },
  {
    number: 44,
    title: "lists the groups that hold a serial",
    request: asVendor("GET", "/model/grouped/1?show=groups"),
    expected: ok(csv, "beta\r\n"),
  },
  {
    number: 44,
    title: "lists the groups of a serial that is only in a range",
    request: asVendor("GET", "/model/grouped/007?show=groups"),
    expected: ok(csv, "beta\r\n"),
  },
  {
    number: 44,
    title: "answers 204 for a serial in no group, and beyond the last page",
    request: asVendor("GET", "/model/grouped/1?show=groups&offset=1"),
    expected: noContent,
  },
  {
    number: 44,
    title: "answers 404 for an unknown serial",
    request: asVendor("GET", "/model/grouped/none?show=groups"),
    expected: notFound,
  },
];

const authorisation: Row[] = [
  {
    number: 2,
    title: "lists what a serial may read",
    request: asVendor("GET", "/content/grouped/?sn=1"),
    expected: ok(csv, "open\r\nsecret\r\n"),
  },
  {
    number: 2,
    title: "lists what a serial in no group may read",
    request: asVendor("GET", "/content/grouped/?sn=2"),
    expected: ok(csv, "open\r\n"),
  },
  ...["/content/none/?sn=1", "/content/grouped/?sn=none"].map((target) => ({
    number: 2,
    title: `refuses ${target}`,
    request: asVendor("GET", target),
    expected: badRequest,
  })),
  {
    number: 7,
    title: "tells four columns of a content that the serial may read",
    request: asVendor("GET", "/content/grouped/secret?sn=1", ""),
    expected: ok(csv, `${info}\r\n`),
  },
  ...["secret?sn=2", "secret2?sn=1", "secret?sn=none"].map((target) => ({
    number: 7,
    title: `refuses ${target}`,
    request: asVendor("GET", `/content/grouped/${target}`),
    expected: badRequest,
  })),
  {
    number: 7,
    title: "answers 404 for an unknown content",
    request: asVendor("GET", "/content/grouped/none?sn=1"),
    expected: notFound,
  },
  {
    number: 8,
    title: "gives the bytes of a content that the serial may read",
    request: asVendor("GET", "/content/grouped/secret?download=true&sn=1"),
    expected:
      `${start("200 OK")}Accept-Ranges: bytes\r\nContent-Length: 10\r\n` +
      `Content-Type: application/x-firmware\r\n\r\n${blob}`,
  },
  {
    number: 8,
    title: "gives a range of them",
    request: asVendor("GET", "/content/grouped/secret?download=true&sn=1", "", "Range: bytes=-3"),
    expected:
      `${start("206 Partial Content")}Accept-Ranges: bytes\r\nContent-Length: 3\r\n` +
      "Content-Range: bytes 7-9/10\r\nContent-Type: application/x-firmware\r\n\r\n789",
  },
  ...["grouped/secret?download=true&sn=2", "none/secret?download=true&sn=1"].map((target) => ({
    number: 8,
    title: `refuses ${target}`,
    request: asVendor("GET", `/content/${target}`),
    expected: forbidden,
  })),
  {
    number: 8,
    title: "refuses a serial that is not there with 400",
    request: asVendor("GET", "/content/grouped/secret?download=true&sn=none"),
    expected: badRequest,
  },
];

const groups: Row[] = [
  {
    number: 12,
    title: "lists five groups at least, in byte order",
    request: asVendor("GET", "/group/grouped/?limit=1"),
    expected: ok(csv, 'all,"a,b"\r\nbare,\r\nbeta,\r\ngoes,\r\ngoes-too,\r\n'),
  },
  {
    number: 12,
    title: "answers 204 where there is no group",
    request: asVendor("GET", "/group/bare/"),
    expected: noContent,
  },
  {
    number: 12,
    title: "answers 404 for an unknown model",
    request: asVendor("GET", "/group/none/"),
    expected: notFound,
  },
  {
    number: 13,
    title: "creates a group",
    request: asVendor("POST", "/group/grouped/", "id=new&description=x", form),
    expected: reset,
  },
  {
    number: 13,
    title: "refuses a group that exists",
    request: asVendor("POST", "/group/grouped/", "id=beta&meta=", form),
    expected: conflict,
  },
  {
    number: 14,
    title: "deletes a group by form",
    request: asVendor("POST", "/group/grouped/", "id=goes&delete=true", form),
    expected: reset,
  },
  {
    number: 15,
    title: "tells a group's meta and how much it holds, what has expired included",
    request: asVendor("GET", "/group/grouped/all"),
    expected: ok(csv, '"a,b",2\r\n'),
  },
  {
    number: 15,
    title: "answers 404 for an unknown group",
    request: asVendor("GET", "/group/grouped/none"),
    expected: notFound,
  },
  {
    number: 17,
    title: "deletes a group",
    request: asVendor("DELETE", "/group/grouped/goes-too"),
    expected: reset,
  },
  {
    number: 17,
    title: "answers 404 for an unknown group",
    request: asVendor("DELETE", "/group/grouped/goes-too"),
    expected: notFound,
  },
];

const held = `content,secret,,\r\nsn,007,,\r\nsn,1,${later},note\r\n`;
const members: Row[] = [
  {
    number: 18,
    title: "lists what a group holds by type and id",
    request: asVendor("GET", "/group/grouped/beta/?"),
    expected: ok(csv, held),
  },
  {
    number: 18,
    title: "answers 204 for a group that holds nothing",
    request: asVendor("GET", "/group/grouped/bare/"),
    expected: noContent,
  },
  {
    number: 19,
    title: "lists what is of a type",
    request: asVendor("GET", "/group/grouped/beta/?type=content"),
    expected: ok(csv, "content,secret,,\r\n"),
  },
  {
    number: 19,
    title: "answers 204 where nothing is of a type",
    request: asVendor("GET", "/group/grouped/beta/?type=group"),
    expected: noContent,
  },
  {
    number: 19,
    title: "refuses a type it does not know",
    request: asVendor("GET", "/group/grouped/beta/?type=vendor"),
    expected: badRequest,
  },
  {
    number: 20,
    title: "lists what has an id",
    request: asVendor("GET", "/group/grouped/beta/?id=1"),
    expected: ok(csv, `sn,1,${later},note\r\n`),
  },
  {
    number: 20,
    title: "answers 204 where nothing has an id",
    request: asVendor("GET", "/group/grouped/beta/?id=2"),
    expected: noContent,
  },
  {
    number: 21,
    title: "shows one member",
    request: asVendor("GET", "/group/grouped/all/?type=content&id=open"),
    expected: ok(csv, "content,open,1,\r\n"),
  },
  {
    number: 21,
    title: "answers 204 for a member it does not hold",
    request: asVendor("GET", "/group/grouped/all/?type=sn&id=1"),
    expected: noContent,
  },
  {
    number: 22,
    title: "adds members of one type",
    request: asVendor("POST", "/group/grouped/bare/", "type=sn&id[]=1&id[]=2&expire=0&meta=x"),
    expected: reset,
  },
  {
    number: 23,
    title: "adds and updates members as CSV, the last of two rows counting",
    request: asVendor("POST", "/group/grouped/bare/", "sn,1,5\nsn,1,6,y\ngroup,beta\n", rows),
    expected: reset,
  },
  {
    number: 18,
    title: "lists what was added and updated",
    request: asVendor("GET", "/group/grouped/bare/"),
    expected: ok(csv, "group,beta,,\r\nsn,1,6,y\r\nsn,2,,x\r\n"),
  },
  ...["type=content&id=none", "type=group&id=none", "type=sn&id=none"].map((body) => ({
    number: 22,
    title: `answers 404 for ${body}`,
    request: asVendor("POST", "/group/grouped/bare/", body, form),
    expected: notFound,
  })),
  ...["type=vendor&id=1", "type=sn", "type=sn&id=1&expire=soon"].map((body) => ({
    number: 22,
    title: `refuses ${body}`,
    request: asVendor("POST", "/group/grouped/bare/", body, form),
    expected: badRequest,
  })),
  {
    number: 22,
    title: "refuses to put a group into itself",
    request: asVendor("POST", "/group/grouped/bare/", "type=group&id=bare", form),
    expected: conflict,
  },
  {
    number: 23,
    title: "refuses to put a group into one that it holds",
    request: asVendor("POST", "/group/grouped/beta/", "sn,2\ngroup,all\n", rows),
    expected: conflict,
  },
  {
    number: 18,
    title: "lists nothing of what was refused",
    request: asVendor("GET", "/group/grouped/beta/"),
    expected: ok(csv, held),
  },
  {
    number: 24,
    title: "deletes members of one type, and ignores what is not there",
    request: asVendor("POST", "/group/grouped/bare/", "type=sn&id[]=1&id[]=9&delete=true", form),
    expected: reset,
  },
  {
    number: 25,
    title: "deletes members as CSV",
    request: asVendor("DELETE", "/group/grouped/bare/", "sn,2\r\ngroup,beta\r\n", rows),
    expected: reset,
  },
  {
    number: 18,
    title: "lists nothing of what was deleted",
    request: asVendor("GET", "/group/grouped/bare/"),
    expected: noContent,
  },
];

export const groupRows: Row[] = [...membership, ...authorisation, ...groups, ...members];
