// Rows of procedures.test.ts: contents and groups.

import { all, csvType, form, member, page, type Row } from "./procedure-row.js";

const content = "/provision/manage/content/lamp";
export const contents: readonly Row[] = [
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
export const groups: readonly Row[] = [
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
