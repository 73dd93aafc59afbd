// Every management procedure: what its method sends, and what it makes of the answer. The rows are
// the API's, 1 to 63.

import assert from "node:assert/strict";
import type { VendorClient } from "../../src/client/vendor-client.js";
import { StubService, stubClient, useStubs } from "./stub-service.js";

const rid = "a".repeat(40);
const formType = "application/x-www-form-urlencoded; charset=utf-8";
const csvType = "text/csv; charset=utf-8";
const scriptType = "application/javascript; charset=utf-8";
const page = "offset=0&limit=1000";
const range = { format: "base10", length: 4, casing: null, first: 1, last: 9 } as const;
const rangeText = '{"format":"base10","length":4,"casing":null,"first":1,"last":9}';
const member = { type: "sn", id: "1", expiresAtSeconds: 5, meta: "m" } as const;

interface Row {
  readonly number: number;
  readonly call: (client: VendorClient) => unknown;
  readonly line: string;
  /** Content-Type and body. */
  readonly sends?: readonly [type: string, body: string];
  /** Its status is 200, or without a body 205. */
  readonly answer?: string;
  readonly result?: unknown;
  readonly deletesByPost?: true;
}

function form(body: string): NonNullable<Row["sends"]> {
  return [formType, body];
}

const content = "/provision/manage/content/lamp";
const contents: Row[] = [
  {
    number: 1,
    call: (client) => client.contents.list("lamp"),
    line: `GET ${content}/`,
    answer: "a\r\nb\r\n",
    result: ["a", "b"],
  },
  {
    number: 2,
    call: (client) => client.contents.list("lamp", "02:0a"),
    line: `GET ${content}/?sn=02:0a`,
    answer: "a\r\n",
    result: ["a"],
  },
  {
    number: 3,
    call: (client) => client.contents.create("lamp", "fw 1", { meta: "a&b=é", protected: true }),
    line: `POST ${content}/`,
    sends: form("id=fw+1&meta=a%26b%3D%C3%A9&protected=true"),
  },
  {
    number: 4,
    deletesByPost: true,
    call: (client) => client.contents.delete("lamp", "fw"),
    line: `POST ${content}/`,
    sends: form("delete=true&id=fw"),
  },
  {
    number: 5,
    call: (client) => client.contents.info("lamp", "fw"),
    line: `GET ${content}/fw`,
    answer: 'a/b,12,1400000000,"x,y",true\r\n',
    result: {
      contentType: "a/b",
      sizeBytes: 12,
      timestampSeconds: 1_400_000_000,
      meta: "x,y",
      protected: true,
    },
  },
  {
    number: 7,
    call: (client) => client.contents.info("lamp", "fw", "1"),
    line: `GET ${content}/fw?sn=1`,
    answer: "a/b,0,7,\r\n",
    result: {
      contentType: "a/b",
      sizeBytes: 0,
      timestampSeconds: 7,
      meta: "",
      protected: undefined,
    },
  },
  {
    number: 9,
    call: (client) => all(client.contents.groups("lamp", "fw")),
    line: `GET ${content}/fw?show=groups&${page}`,
    answer: "g\r\n",
    result: ["g"],
  },
  {
    number: 10,
    call: (client) =>
      client.contents.upload("lamp", "fw", Buffer.from("blob"), { contentType: "a/b" }),
    line: `POST ${content}/fw`,
    sends: ["a/b", "blob"],
  },
  {
    number: 11,
    call: (client) => client.contents.delete("lamp", "fw"),
    line: `DELETE ${content}/fw`,
  },
];

const group = "/provision/manage/group/lamp";
const groups: Row[] = [
  {
    number: 12,
    call: (client) => all(client.groups.list("lamp")),
    line: `GET ${group}/?${page}`,
    answer: "g,\r\nh,two words\r\n",
    result: [
      { id: "g", meta: "" },
      { id: "h", meta: "two words" },
    ],
  },
  {
    number: 13,
    call: (client) => client.groups.create("lamp", "g", "m"),
    line: `POST ${group}/`,
    sends: form("id=g&meta=m"),
  },
  {
    number: 14,
    deletesByPost: true,
    call: (client) => client.groups.delete("lamp", "g"),
    line: `POST ${group}/`,
    sends: form("delete=true&id=g"),
  },
  {
    number: 15,
    call: (client) => client.groups.info("lamp", "g"),
    line: `GET ${group}/g`,
    answer: "m,3\r\n",
    result: { meta: "m", memberCount: 3 },
  },
  {
    number: 16,
    call: (client) => all(client.groups.groups("lamp", "g")),
    line: `GET ${group}/g?show=groups&${page}`,
    answer: "h\r\n",
    result: ["h"],
  },
  { number: 17, call: (client) => client.groups.delete("lamp", "g"), line: `DELETE ${group}/g` },
  {
    number: 18,
    call: (client) => all(client.groups.members("lamp", "g")),
    line: `GET ${group}/g/?${page}`,
    answer: "content,fw,,\r\ngroup,h,0,x\r\nsn,1,5,m\r\n",
    result: [
      { type: "content", id: "fw", expiresAtSeconds: undefined, meta: "" },
      { type: "group", id: "h", expiresAtSeconds: undefined, meta: "x" },
      member,
    ],
  },
  {
    number: 19,
    call: (client) => all(client.groups.members("lamp", "g", { type: "sn" })),
    line: `GET ${group}/g/?type=sn&${page}`,
    answer: "sn,1,5,m\r\n",
    result: [member],
  },
  {
    number: 20,
    call: (client) => all(client.groups.members("lamp", "g", { id: "1" })),
    line: `GET ${group}/g/?id=1&${page}`,
    answer: "sn,1,5,m\r\n",
    result: [member],
  },
  {
    number: 21,
    call: (client) => all(client.groups.members("lamp", "g", { type: "sn", id: "1" })),
    line: `GET ${group}/g/?type=sn&id=1&${page}`,
    answer: "sn,1,5,m\r\n",
    result: [member],
  },
  {
    number: 22,
    call: (client) =>
      client.groups.putSimilar("lamp", "g", {
        type: "sn",
        ids: ["1", "2"],
        expiresAtSeconds: undefined,
        meta: "",
      }),
    line: `POST ${group}/g/`,
    sends: form("type=sn&id[]=1&id[]=2&expire=&meta="),
  },
  {
    number: 23,
    call: (client) =>
      client.groups.put("lamp", "g", [
        member,
        { type: "content", id: "fw", expiresAtSeconds: undefined, meta: "x,y" },
      ]),
    line: `POST ${group}/g/`,
    sends: [csvType, 'sn,1,5,m\r\ncontent,fw,,"x,y"\r\n'],
  },
  {
    number: 24,
    call: (client) => client.groups.removeSimilar("lamp", "g", "group", ["h"]),
    line: `POST ${group}/g/`,
    sends: form("delete=true&type=group&id[]=h"),
  },
  {
    number: 25,
    call: (client) => client.groups.remove("lamp", "g", [member, { type: "group", id: "h" }]),
    line: `DELETE ${group}/g/`,
    sends: [csvType, "sn,1\r\ngroup,h\r\n"],
  },
];

const models: Row[] = [
  {
    number: 26,
    call: (client) => client.models.list(),
    line: "GET /provision/manage/model/",
    answer: "lamp\r\n",
    result: ["lamp"],
  },
  {
    number: 27,
    call: (client) => client.models.listShared(),
    line: "GET /provision/manage/model/?show=shared",
    answer: "acme,lamp\r\n",
    result: [{ vendor: "acme", model: "lamp" }],
  },
  {
    number: 28,
    call: (client) => client.models.create("lamp", { code: rid }, ["noaliases", "nohistorical"]),
    line: "POST /provision/manage/model/",
    sends: form(`model=lamp&code=${rid}&options[]=noaliases&options[]=nohistorical`),
  },
  {
    number: 29,
    deletesByPost: true,
    call: (client) => client.models.delete("lamp"),
    line: "POST /provision/manage/model/",
    sends: form("delete=true&model=lamp"),
  },
  {
    number: 30,
    call: (client) => client.models.info("lamp"),
    line: "GET /provision/manage/model/lamp",
    answer: `rid=${rid}&options[]=noaliases&options=nohistorical`,
    result: { template: { rid }, options: ["noaliases", "nohistorical"] },
  },
  {
    number: 31,
    call: (client) => client.models.update("lamp", { template: { rid }, options: ["nocomments"] }),
    line: "PUT /provision/manage/model/lamp",
    sends: form(`rid=${rid}&options[]=nocomments`),
  },
  {
    number: 32,
    call: (client) => client.models.delete("a b"),
    line: "DELETE /provision/manage/model/a%20b",
  },
];

const lamp = "/provision/manage/model/lamp/";
const serials: Row[] = [
  {
    number: 33,
    call: (client) => all(client.serials.list("lamp", { enabledBy: "acme" })),
    line: `GET ${lamp}?status=true&shared=acme&${page}`,
    answer: `1,activated,${rid},x\r\n2,,,\r\n`,
    result: [
      { serial: "1", status: "activated", rid, extra: "x" },
      { serial: "2", status: "", rid: "", extra: "" },
    ],
  },
  {
    number: 34,
    call: (client) => client.ranges.list("lamp"),
    line: `GET ${lamp}?show=ranges`,
    answer: `{"ranges":[${rangeText}]}`,
    result: [range],
  },
  {
    number: 35,
    call: (client) => client.serials.add("lamp", "02:0a", "one, two"),
    line: `POST ${lamp}`,
    sends: form("sn=02:0a&extra=one%2C+two"),
  },
  {
    number: 36,
    call: (client) => client.serials.addAll("lamp", ["1", "2"]),
    line: `POST ${lamp}`,
    sends: form("sn[]=1&sn[]=2"),
  },
  {
    number: 37,
    call: (client) => client.serials.addRows("lamp", [{ serial: "1", extra: 'say "hi"' }]),
    line: `POST ${lamp}`,
    sends: [csvType, '1,"say ""hi"""\r\n'],
  },
  {
    number: 38,
    call: (client) => client.ranges.add("lamp", [range]),
    line: `POST ${lamp}`,
    sends: [scriptType, `{"ranges":[${rangeText}]}`],
  },
  {
    number: 39,
    deletesByPost: true,
    call: (client) => client.serials.delete("lamp", "1"),
    line: `POST ${lamp}`,
    sends: form("delete=true&sn=1"),
  },
  {
    number: 40,
    deletesByPost: true,
    call: (client) => client.serials.remove("lamp", ["1", "2"]),
    line: `POST ${lamp}`,
    sends: form("delete=true&sn[]=1&sn[]=2"),
  },
  {
    number: 41,
    call: (client) => client.serials.remove("lamp", ["1", "2"]),
    line: `DELETE ${lamp}`,
    sends: [csvType, "1\r\n2\r\n"],
  },
  {
    number: 42,
    call: (client) => client.ranges.remove("lamp", [range]),
    line: `DELETE ${lamp}`,
    sends: [scriptType, `{"ranges":[${rangeText}]}`],
  },
  {
    number: 43,
    call: (client) => client.serials.info("lamp", "02:0a"),
    line: `GET ${lamp}02%3A0a`,
    answer: `expired,${rid},\r\n`,
    result: { status: "expired", rid, extra: "" },
  },
  {
    number: 44,
    call: (client) => all(client.serials.groups("lamp", "1")),
    line: `GET ${lamp}1?show=groups&${page}`,
    answer: "g\r\n",
    result: ["g"],
  },
  {
    number: 45,
    call: (client) => client.serials.log("lamp", "1"),
    line: `GET ${lamp}1?show=log`,
    answer: "1416281778,127.0.0.1,model=lamp&sn=1\r\n",
    result: [{ timestampSeconds: 1_416_281_778, address: "127.0.0.1", entry: "model=lamp&sn=1" }],
  },
  {
    number: 46,
    call: (client) => client.serials.enable("lamp", "1", "b".repeat(40)),
    line: `POST ${lamp}1`,
    sends: form(`enable=true&owner=${"b".repeat(40)}`),
    answer: rid,
    result: rid,
  },
  {
    number: 47,
    call: (client) => client.serials.remap("lamp", "2", "1"),
    line: `POST ${lamp}2`,
    sends: form("enable=true&oldsn=1"),
  },
  {
    number: 48,
    call: (client) => client.serials.regenerate("lamp", "1"),
    line: `POST ${lamp}1`,
    sends: form("enable=true"),
  },
  {
    number: 49,
    call: (client) => client.serials.disable("lamp", "1"),
    line: `POST ${lamp}1`,
    sends: form("disable=true"),
  },
  { number: 50, call: (client) => client.serials.delete("lamp", "1"), line: `DELETE ${lamp}1` },
];

const share = "/provision/manage/share/lamp/";
const others: Row[] = [
  {
    number: 51,
    call: (client) => client.shares.list("lamp"),
    line: `GET ${share}`,
    answer: "acme\r\n",
    result: ["acme"],
  },
  {
    number: 52,
    call: (client) => client.shares.create("lamp", "acme"),
    line: `POST ${share}`,
    sends: form("vendor=acme"),
  },
  {
    number: 53,
    deletesByPost: true,
    call: (client) => client.shares.delete("lamp", "acme"),
    line: `POST ${share}`,
    sends: form("delete=true&vendor=acme"),
  },
  {
    number: 54,
    call: (client) => client.shares.has("lamp", "acme"),
    line: `GET ${share}acme`,
    result: true,
  },
  {
    number: 55,
    call: (client) => client.shares.delete("lamp", "acme"),
    line: `DELETE ${share}acme`,
  },
  {
    number: 56,
    call: (client) => client.registration.name(),
    line: "GET /provision/register",
    answer: "acme",
    result: "acme",
  },
  {
    number: 57,
    call: (client) => client.registration.register("acme"),
    line: "POST /provision/register",
    sends: form("vendor=acme"),
  },
  {
    number: 58,
    call: (client) => client.registration.unregister("acme"),
    line: "POST /provision/register",
    sends: form("delete=true&vendor=acme"),
  },
  {
    number: 59,
    call: (client) => client.tokens.list(),
    line: "GET /provision/admin/auth/",
    answer: "ci\r\n",
    result: ["ci"],
  },
  {
    number: 60,
    call: (client) => client.tokens.create("ci"),
    line: "POST /provision/admin/auth/",
    sends: form("id=ci"),
    answer: rid,
    result: rid,
  },
  {
    number: 61,
    deletesByPost: true,
    call: (client) => client.tokens.delete("ci"),
    line: "POST /provision/admin/auth/",
    sends: form("delete=true&id=ci"),
  },
  {
    number: 62,
    call: (client) => client.tokens.show("ci"),
    line: "GET /provision/admin/auth/ci",
    answer: rid,
    result: rid,
  },
  {
    number: 63,
    call: (client) => client.tokens.delete("ci"),
    line: "DELETE /provision/admin/auth/ci",
  },
];

const rows = [...contents, ...groups, ...models, ...serials, ...others];
/** Downloads answer with more than a text: contents.test.ts. */
const elsewhere = [6, 8];

describe("each management procedure", () => {
  useStubs();

  for (const { number, call, line, sends, answer, result, deletesByPost = false } of rows) {
    it(`${number}: ${line}`, async () => {
      const status = answer === undefined ? 205 : 200;
      const stub = new StubService({ status, ...(answer !== undefined && { body: answer }) });
      assert.deepEqual(await call(stubClient({ deletesByPost })), result);
      const { request } = stub;
      assert.equal(request.line, line);
      const [type, body] = sends ?? [undefined, ""];
      assert.equal(request.headers["content-type"], type);
      assert.equal(request.body, body);
      if (sends !== undefined) {
        assert.equal(request.headers["content-length"], String(Buffer.byteLength(body)));
      }
    });
  }

  it("has a method: 63 of 63", () => {
    const numbers = [...rows.map(({ number }) => number), ...elsewhere].sort((a, b) => a - b);
    assert.deepEqual(
      numbers,
      Array.from({ length: 63 }, (_, at) => at + 1),
    );
  });
});

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const gathered: Item[] = [];
  for await (const item of items) gathered.push(item);
  return gathered;
}
