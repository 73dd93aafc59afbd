// Rows of procedures.test.ts: models, serials, and all else.

import {
  all,
  csvType,
  form,
  page,
  range,
  rangeText,
  rid,
  type Row,
  scriptType,
} from "./procedure-row.js";

export const models: readonly Row[] = [
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
export const serials: readonly Row[] = [
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
export const others: readonly Row[] = [
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
