// What somebody with a key, or without one, may do to starve the others: a row each. A row begins
// and leaves its connections open; while they are, everybody else must be served as ever
// (hostile.test.ts). The limits that all rows run under are the defaults, but for the two that
// would take thousands of connections to reach.

import { connect } from "node:net";
import type { ServiceLimits } from "../../src/service/limits.js";
import { RawClient, requestText } from "./harness.js";

export const hostileLimits: Partial<ServiceLimits> = {
  queuedBytesMax: 16 * 1024 * 1024,
  queuedPerDeviceBytesMax: 1024 * 1024,
  connectionsMax: 400,
  keylessPerAddressMax: 100,
};

/** Who attacks: a vendor with a model `m`, a device of it, and a large content `big`. */
export interface Attacker {
  readonly port: number;
  /** Header lines. */
  readonly token: string;
  readonly cik: string;
}

export interface HostileRow {
  readonly title: string;
  /** Opens connections, says something on each, and returns them. */
  readonly begin: (attacker: Attacker) => Promise<RawClient[]>;
}

const table = "/provision/manage/model/m/";
const alias = "/onep:v1/stack/alias";
const mib = 1024 * 1024;

function head(method: string, target: string, ...fields: string[]): string {
  return `${method} ${target} HTTP/1.1\r\nHost: x\r\n${fields.join("\r\n")}\r\n\r\n`;
}

/** `count` connections that each say `text`, and read nothing. */
async function openAll(port: number, count: number, text: string): Promise<RawClient[]> {
  const clients: RawClient[] = [];
  for (let at = 0; at < count; at++) {
    const client = await RawClient.open(port);
    client.socket.pause();
    client.send(text);
    clients.push(client);
  }
  return clients;
}

/** Connections from another address of this machine, on which nothing is said. */
async function openFrom(port: number, localAddress: string, count: number): Promise<RawClient[]> {
  const opened: RawClient[] = [];
  for (let at = 0; at < count; at++) {
    const socket = connect({ port, host: "127.0.0.1", localAddress });
    opened.push(await RawClient.on(socket));
  }
  return opened;
}

const large = `Content-Length: ${8 * mib}`;
const csv = "Content-Type: text/csv";

export const hostileRows: readonly HostileRow[] = [
  {
    title: "a device announces 8 MiB on four connections, and sends a byte of each",
    begin: ({ port, cik }) => openAll(port, 4, `${head("POST", alias, cik, large)}a`),
  },
  {
    title: "a device begins four chunked bodies without an end",
    begin: ({ port, cik }) => {
      const start = head("POST", "/jsonp/register", cik, "Transfer-Encoding: chunked");
      return openAll(port, 4, `${start}1\r\na\r\n`);
    },
  },
  {
    title: "a device holds the largest bodies that it may send, on 300 connections",
    begin: ({ port, cik }) => {
      const start = head("POST", alias, cik, "Content-Length: 65000");
      return openAll(port, 300, start + "a".repeat(64_000));
    },
  },
  {
    title: "a device sends its bodies in chunks of a byte",
    begin: ({ port, cik }) => {
      const start = head("POST", alias, cik, "Transfer-Encoding: chunked");
      return openAll(port, 8, start + "1\r\na\r\n".repeat(60_000));
    },
  },
  {
    title: "a vendor announces a hundred tables of 8 MiB",
    begin: ({ port, token }) => openAll(port, 100, `${head("POST", table, token, csv, large)}1`),
  },
  {
    title: "a vendor sends half of ten tables of 8 MiB",
    begin: ({ port, token }) => {
      const start = head("POST", table, token, csv, large);
      return openAll(port, 10, start + "1234567\n".repeat(mib / 2));
    },
  },
  {
    title: "a vendor begins 150 uploads",
    begin: ({ port, token }) => {
      const target = "/provision/manage/content/m/empty";
      const start = head("POST", target, token, "Content-Length: 10000000");
      return openAll(port, 150, start + "x".repeat(300_000));
    },
  },
  {
    title: "a device reads 300 downloads slowly",
    begin: ({ port, cik }) => {
      const target = "/provision/download?vendor=evil&model=m&id=big";
      return openAll(port, 300, head("GET", target, cik));
    },
  },
  {
    title: "a vendor reads 300 downloads slowly",
    begin: ({ port, token }) => {
      const target = "/provision/manage/content/m/big?download=true";
      return openAll(port, 300, head("GET", target, token));
    },
  },
  {
    title: "a device asks 3,900 times for one value in one request, again and again",
    begin: ({ port, cik }) => {
      const target = `${alias}?${"a&".repeat(3_900)}`;
      return openAll(port, 10, head("GET", target, cik).repeat(20));
    },
  },
  {
    title: "a vendor sends the largest forms that escape every byte",
    begin: ({ port, token }) => {
      const body = "%zz".repeat(87_000);
      const form = requestText({ method: "POST", target: table, headers: [token], body });
      return openAll(port, 4, form.repeat(5));
    },
  },
  {
    title: "a vendor sends the largest JSON of brackets",
    begin: ({ port, token }) => {
      const headers = [token, "Content-Type: application/json"];
      const json = requestText({
        method: "POST",
        target: table,
        headers,
        body: "[".repeat(262_144),
      });
      return openAll(port, 4, json.repeat(5));
    },
  },
  {
    title: "a vendor sends 20 tables of 8 MiB of blank lines at once",
    begin: ({ port, token }) => {
      const headers = [token, csv];
      const body = "\n".repeat(8 * mib);
      return openAll(port, 20, requestText({ method: "POST", target: table, headers, body }));
    },
  },
  {
    title: "somebody without a key opens 390 connections from one address",
    begin: ({ port }) => openFrom(port, "127.0.0.2", 390),
  },
];
