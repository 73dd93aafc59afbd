// Rows of the conformance table: procedures 68 to 70, the data calls they read from, and what the
// service answers besides.

import { ask, type Rig, startSeconds } from "../harness.js";
import {
  badRequest,
  type Fixture,
  form,
  noContent,
  ok,
  okIdentifier,
  refused,
  type Row,
  start,
  text,
  unauthorized,
} from "./wire-row.js";

const alias = "/onep:v1/stack/alias";
const view = `starttime=0&endtime=${startSeconds + 9}&access[]=data`;
const expire = String(startSeconds + 100);

/** Set by `prepareData`: the token of a view of two points of `t` at a time, and of `none`. */
let token = "";

/** The device writes `t` in three seconds, once twice, and registers a view. */
export async function prepareData({ cik }: Fixture, rig: Rig): Promise<void> {
  const headers = [`X-Exosite-CIK: ${cik}`];
  const post = (target: string, body: string): ReturnType<typeof ask> =>
    ask(rig.service.port, { method: "POST", target, headers, body });
  for (const value of ["t=0", "t=1&u=a%26b", "t=-0.5", "t=%22on%22%E2%80%A8"]) {
    await post(alias, value);
    if (value !== "t=0") rig.clock.seconds += 1;
  }
  rig.clock.seconds -= 3;
  const body = `alias[]=t&alias[]=none&${view}&limit=2&expire=${expire}`;
  token = (await post("/jsonp/register", body)).body;
}

function asDevice(method: string, target: string, body?: string): Row["request"] {
  return ({ cik }) => ({
    method,
    target,
    headers: [`X-Exosite-CIK: ${cik}`, ...(body === undefined ? [] : [form])],
    ...(body !== undefined && { body }),
  });
}

function jsonp(query: string): Row["request"] {
  return () => ({ method: "GET", target: `/jsonp?token=${token}&${query}` });
}

function script(data: string): string {
  return ok(text, `cb({"result":{"t":{"data":[${data}]},"none":{"data":[]}}});`);
}

/** What a read of values is answered: no Content-Type is between the length and the body. */
function values(body: string): string {
  return `${start("200 OK")}Content-Length: ${body.length}\r\n\r\n${body}`;
}

const at = (seconds: number): string => String(startSeconds + seconds);

const views: Row[] = [
  {
    number: 69,
    title: "gives points in order of time, numbers as numbers",
    request: jsonp("callback=cb&show[]=data"),
    expected: script(`[${at(0)},1],[${at(1)},-0.5]`),
  },
  {
    number: 69,
    title: "gives the next page, with strings as strings",
    request: jsonp("callback=cb&show%5B%5D=data&p=1"),
    expected: script(`[${at(2)},"\\"on\\"\\u2028"]`),
  },
  ...["", "callback=cb", "callback=cb(1)&show[]=data", "callback=cb&show[]=data&p=-1"].map(
    (query) => ({
      number: 69,
      title: `refuses ${JSON.stringify(query)}`,
      request: jsonp(query),
      expected: badRequest,
    }),
  ),
  ...["", "a".repeat(40), "None"].map((unknown) => ({
    number: 69,
    title: `refuses the token ${JSON.stringify(unknown)}`,
    request: () => ({ method: "GET", target: `/jsonp?token=${unknown}&callback=cb&show[]=data` }),
    expected: unauthorized,
  })),
  {
    number: 70,
    title: "registers a view and gives its token without a line end",
    request: asDevice("POST", "/jsonp/register", `alias[]=t&${view}&limit=1&expire=${expire}`),
    expected: okIdentifier(text),
  },
  {
    number: 70,
    title: "takes the spelling of the draft",
    request: asDevice(
      "POST",
      "/jsonp/register",
      `alias=t&startime=0&endtime=1&limit=1000&access=data&expire=${expire}`,
    ),
    expected: okIdentifier(text),
  },
  ...[
    `${view}&limit=1&expire=${expire}`,
    `alias[]=t&starttime=0&endtime=1&limit=1&expire=${expire}`,
    `alias[]=t&starttime=2&endtime=1&access[]=data&limit=1&expire=${expire}`,
    `alias[]=t&${view}&limit=0&expire=${expire}`,
    `alias[]=t&${view}&limit=1001&expire=${expire}`,
    `alias[]=t&${view}&limit=1&expire=${startSeconds}`,
  ].map((body) => ({
    number: 70,
    title: `refuses ${body}`,
    request: asDevice("POST", "/jsonp/register", body),
    expected: badRequest,
  })),
  {
    number: 70,
    title: "refuses a request without a key",
    request: () => ({ method: "POST", target: "/jsonp/register", body: "" }),
    expected: unauthorized,
  },
];

const data: Row[] = [
  {
    number: "-",
    title: "gives a device its last values, as a form",
    request: asDevice("GET", `${alias}?u&none&t`),
    expected: values("u=a%26b&t=%22on%22%E2%80%A8"),
  },
  {
    number: "-",
    title: "answers 204 where nothing was written",
    request: asDevice("GET", `${alias}?none`),
    expected: noContent,
  },
  {
    number: "-",
    title: "takes a value under the old path",
    request: asDevice("POST", "/api:v1/stack/alias", "old=1"),
    expected: noContent,
  },
  {
    number: "-",
    title: "gives it under the new one",
    request: asDevice("GET", `${alias}?old`),
    expected: values("old=1"),
  },
  {
    number: "-",
    title: "writes and reads in one call",
    request: asDevice("POST", `${alias}?h&none`, "h=7&i=8"),
    expected: values("h=7"),
  },
  {
    number: "-",
    title: "writes, and answers 204 where there is nothing to read",
    request: asDevice("POST", `${alias}?none`, "h=9"),
    expected: noContent,
  },
  {
    number: "-",
    title: "writes nothing if a name to read cannot be one",
    request: asDevice("POST", `${alias}?a%00`, "never=1"),
    expected: badRequest,
  },
  {
    number: "-",
    title: "has written nothing then",
    request: asDevice("GET", `${alias}?never`),
    expected: noContent,
  },
  {
    number: "-",
    title: "refuses an alias that cannot be one",
    request: asDevice("POST", alias, "a%00=1"),
    expected: badRequest,
  },
  {
    number: "-",
    title: "refuses a value of nobody",
    request: () => ({ method: "POST", target: alias, body: "t=1" }),
    expected: unauthorized,
  },
];

export const utilityRows: Row[] = [
  {
    number: 68,
    title: "tells the address and port it was reached at",
    request: () => ({ method: "GET", target: "/ip" }),
    expected: /^HTTP\/1.1 200 OK\r\n[^]*\r\n\r\n127,0,0,1,\d{1,3},\d{1,3}$/,
  },
  ...views,
  ...data,
  {
    number: "-",
    title: "is healthy",
    request: () => ({ method: "GET", target: "/healthz" }),
    expected: ok(text, "ok"),
  },
  {
    number: "-",
    title: "has no HEAD",
    request: () => ({ method: "HEAD", target: "/timestamp" }),
    expected: refused("405 Method Not Allowed", "", "Allow: GET\r\n").replace(/[^\r\n]*\r\n$/, ""),
  },
];
