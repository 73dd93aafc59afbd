// Rows of the conformance table: what a vendor does with models and serials: procedures 28 to 50.

import {
  asVendor,
  badRequest,
  conflict,
  csv,
  enabling,
  forbidden,
  form,
  notFound,
  okIdentifier,
  precondition,
  reset,
  rid,
} from "./wire-row.js";
import type { Row } from "./wire-row.js";

export const modelRows: Row[] = [
  {
    number: 28,
    title: "creates a model",
    request: asVendor("POST", "/model/", `model=new&rid=${rid}&options[]=noaliases`, form),
    expected: reset,
  },
  {
    number: 28,
    title: "takes a share code, and options in escaped brackets or none",
    request: asVendor(
      "POST",
      "/model/",
      `model=new2&code=${rid}&options%5B%5D=nocomments&options=nohistorical`,
    ),
    expected: reset,
  },
  {
    number: 28,
    title: "refuses a model that exists",
    request: asVendor("POST", "/model/", `model=m&rid=${rid}`, form),
    expected: conflict,
  },
  {
    number: 28,
    title: "refuses both templates at once",
    request: asVendor("POST", "/model/", `model=new3&rid=${rid}&code=${rid}`, form),
    expected: badRequest,
  },
  {
    number: 28,
    title: "refuses an option it does not know",
    request: asVendor("POST", "/model/", `model=new3&rid=${rid}&options[]=nothing`, form),
    expected: badRequest,
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
    number: 35,
    title: "does not take a removal for an addition",
    request: asVendor("POST", "/model/work/", "remove=true&sn=kept", form),
    expected: badRequest,
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
    title: "refuses an empty serial",
    request: asVendor("POST", "/model/work/", "eight\r\n,x\r\n", `Content-Type: ${csv}`),
    expected: badRequest,
  },
  {
    number: 37,
    title: "refuses what is no CSV",
    request: asVendor("POST", "/model/work/", '"nine', `Content-Type: ${csv}`),
    expected: badRequest,
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
];
