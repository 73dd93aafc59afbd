// Firmware of 2011 to 2017, by what it says on the wire: segments, order and case of its fields,
// oddities included; docs/evidence/old-clients.md names it. The replies are read as that firmware does.

import assert from "node:assert/strict";
import { databaseKinds } from "../databases.js";
import { type Rig, startRig, stopRig } from "../harness.js";
import { OldConnection } from "./old-connection.js";
import {
  readByLength,
  readClock,
  readIds,
  readInOrder,
  readInto200Bytes,
  readInWindows,
} from "./old-readers.js";
import { VendorClient } from "../vendor-client.js";

const host = "Host: m2.exosite.com\r\n";
const formType = "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n";
const acceptForm = "Accept: application/x-www-form-urlencoded; charset=utf-8\r\n";
const acceptText = "Accept: text/plain; charset=utf-8\r\n";
const sn = "01:02:03:04:05:06";
const identity = `vendor=acme&model=m&sn=${sn}`;
const firmware = Array.from({ length: 700 }, (_, at) => String.fromCharCode(at % 256)).join("");

function length(body: string): string {
  return `Content-Length: ${body.length}\r\n`;
}

for (const kind of databaseKinds) {
  describe(`old devices, with ${kind.name}`, () => {
    let rig: Rig;
    let acme: VendorClient;

    beforeEach(async function () {
      rig = await startRig({ database: await kind.create(this) });
      acme = await VendorClient.create(rig, "acme");
      await acme.createModel("m");
      await acme.addSerial("m", sn);
      await acme.enable("m", sn);
    });

    afterEach(async () => {
      await stopRig(rig);
      assert.deepEqual(rig.logged, []);
    });

    /** One request on a connection of its own, which the device closes after one receive. */
    async function exchange(...pieces: readonly string[]): Promise<string> {
      const connection = await OldConnection.open(rig.service.port);
      await connection.send(...pieces);
      const received = await connection.receive();
      connection.close();
      return received;
    }

    async function activated(): Promise<string> {
      return (await acme.activate("m", sn)).body;
    }

    function statusOf(received: string): number {
      return Number(received.slice(9, 12));
    }

    it("with 200 bytes of memory live on one connection, a stray line end behind each body", async () => {
      await acme.createContent("m", "fw.txt", "&meta=v1");
      await acme.upload("m", "fw.txt", "0123456789ABC");
      const agent = "User-Agent: Exosite-Activator/2.5.3 Arduino/10805\r\n";
      const hostIo = ["Host: ", "m2.exosite.io", "\r\n"];
      const connection = await OldConnection.open(rig.service.port);
      const get = async (target: string, ...fields: string[]): Promise<string> => {
        await connection.send(`GET ${target} HTTP/1.1\r\n`, ...hostIo, agent, ...fields, "\r\n");
        return connection.receive();
      };
      const post = async (target: string, fields: string[], body: string): Promise<string> => {
        const line = [`POST ${target} HTTP/1.1`, "\r\n", ...hostIo, agent, ...fields];
        await connection.send(...line, length(body), "\r\n", body, "\r\n");
        return connection.receive();
      };

      assert.equal(readInto200Bytes(await get("/timestamp")), "1400000000");
      const unknown = await post("/provision/activate", [formType], "vendor=acme&model=m&sn=nope");
      assert.equal(statusOf(unknown), 404);
      const cik = readInto200Bytes(await post("/provision/activate", [formType], identity));
      assert.equal(cik.length, 40);
      const again = await post("/provision/activate", [formType], identity);
      assert.ok(again.includes("HTTP/1.1 409 Conflict"));

      const key = ["X-Exosite-CIK: ", cik, "\r\n"];
      const stack = "/onep:v1/stack/alias?";
      const written = await post(stack, [...key, formType], "temp=21&uptime=5");
      assert.equal(statusOf(written), 204);
      const read = await get(`${stack}temp&uptime`, ...key, acceptForm);
      assert.equal(readInto200Bytes(read), "temp=21&uptime=5");
      const both = await post(`${stack}uptime`, [...key, acceptForm, formType], "temp=22");
      assert.equal(readInto200Bytes(both), "uptime=5");

      const download = "/provision/download?vendor=acme&model=m";
      assert.equal(readInto200Bytes(await get(download, ...key)), "fw.txt\r\n");
      const info = readInto200Bytes(await get(`${download}&id=fw.txt&info=true`, ...key));
      assert.equal(info, "application/x-firmware,13,1400000000,v1\r\n");
      const whole = await get(`${download}&id=fw.txt`, ...key);
      assert.equal(whole.slice(whole.indexOf("\r\n\r\n") + 4), "0123456789ABC");
      connection.close();
    });

    it("of the synchronous library send a request in sixteen segments, and go by the length", async () => {
      const activate = (serial: string): Promise<string> => {
        const body = `vendor=acme&model=m&sn=${serial}`;
        const head = [
          "POST /provision/activate ",
          "HTTP/1.1",
          "\r\n",
          host,
          "\r\n".slice(2),
          formType,
        ];
        const parts = ["vendor=", "acme", "&model=", "m", "&sn=", serial];
        return exchange(...head, "Content-Length: ", String(body.length), "\r\n", "\r\n", ...parts);
      };
      assert.equal(statusOf(await activate("nope")), 404);
      const cik = readByLength(await activate(sn));
      assert.match(cik, /^[0-9a-f]{40}$/);
      assert.equal(statusOf(await activate(sn)), 409);

      assert.equal(
        readByLength(await exchange("GET /timestamp ", "HTTP/1.1\r\n", host, "\r\n")),
        "1400000000",
      );
      const key = `X-Exosite-CIK: ${cik}\r\n`;
      const write = await exchange(
        ...["POST /onep:v1/stack/alias ", "HTTP/1.1", "\r\n", host, key, formType],
        ...[length("temp=21"), "\r\n", "temp=21"],
      );
      // The length must be there, also of nothing.
      assert.equal(readByLength(write), "");
      const read = "GET /onep:v1/stack/alias?";
      const fields = ["HTTP/1.1\r\n", host, key, formType, acceptForm, "\r\n"];
      assert.equal(readByLength(await exchange(read, "temp", " ", ...fields)), "temp=21");
      assert.equal(readByLength(await exchange(read, "none", " ", ...fields)), "");
    });

    it("of the asynchronous library ask for a close, and wait for a byte of any body but 204's", async () => {
      const fields = [
        "Host: acme.m2.exosite.com\r\n",
        "User-Agent: Exosite-Async-C-lib/1.0\r\n",
        "Connection: close\r\n",
      ];
      const call = async (line: string, key: string, body?: string): Promise<string> => {
        const connection = await OldConnection.open(rig.service.port);
        const more = [...(key === "" ? [] : [key]), formType, acceptForm];
        await connection.send(line, " HTTP/1.1\r\n", ...fields, ...more);
        await connection.send(...(body === undefined ? ["\r\n"] : [length(body), "\r\n", body]));
        const received = await connection.receive();
        await connection.closed();
        return received;
      };
      const activate = (): Promise<string> => call("POST /provision/activate", "", identity);
      const cik = readByLength(await activate());
      const again = await activate();
      assert.equal(statusOf(again), 409);
      assert.notEqual(readByLength(again), "");
      const key = `X-Exosite-CIK: ${cik}\r\n`;
      const stack = "/onep:v1/stack/alias";
      assert.equal(statusOf(await call(`POST ${stack}`, key, "temp=21&uptime=5")), 204);
      assert.equal(readByLength(await call(`GET ${stack}?temp`, key)), "temp=21");
      assert.equal(readByLength(await call(`POST ${stack}?uptime`, key, "temp=22")), "uptime=5");
    });

    it("with 50 bytes at a time put two blanks before the version, and match the length by letters", async () => {
      const activate = (serial: string): Promise<string> => {
        const body = `vendor=acme&model=m&sn=${serial}`;
        const line = ["POST ", "/provision/activate", "  HTTP/1.1\r\n"];
        return exchange(...line, host, formType, length(body), "\r\n", body);
      };
      assert.equal(statusOf(await activate("nope")), 404);
      const cik = readInWindows(await activate(sn), "Content-Length: 40");
      assert.match(cik, /^[0-9a-f]{40}$/);
      assert.equal(statusOf(await activate(sn)), 409);
      const key = ["X-Exosite-CIK: ", cik, "\r\n"];
      const write = ["POST ", "/onep:v1/stack/alias", "  HTTP/1.1\r\n", host, ...key, formType];
      assert.equal(statusOf(await exchange(...write, length("temp=21"), "\r\n", "temp=21")), 204);
      const read = [
        "GET /onep:v1/stack/alias?",
        "temp",
        "  HTTP/1.1\r\n",
        host,
        ...key,
        acceptForm,
      ];
      assert.equal(readInWindows(await exchange(...read, "\r\n")), "temp=21");
      assert.equal(
        readClock(await exchange("GET /ip HTTP/1.1\r\n", host, acceptForm, "\r\n")),
        "13 May 2014 16:53:20",
      );
    });

    it("with a manufacturer's block ask where the server is, and send 128 raw bytes", async () => {
      const ip = readInWindows(await exchange("GET /ip HTTP/1.1\r\n", host, acceptText, "\r\n"));
      const port = rig.service.port;
      assert.equal(ip, `127,0,0,1,${String(port >> 8)},${String(port & 255)}`);
      const block = Array.from({ length: 128 }, (_, at) =>
        String.fromCharCode((at * 7) % 256),
      ).join("");
      const parts = [
        ...["vendor=", "acme", "&model=", "m", "&sn=", sn, "&osn=", "Micrium+Ex+6"],
        ...["&osv=", "3.01.2", "&mfr=", block],
      ];
      const body = parts.join("");
      const activate = (): Promise<string> =>
        exchange(
          ...["POST /provision/activate HTTP/1.1\r\n", host, formType, acceptText],
          ...["Content-Length: ", String(body.length), "\r\n\r\n", ...parts],
        );
      const cik = readInWindows(await activate());
      assert.match(cik, /^[0-9a-f]{40}$/);
      assert.equal(statusOf(await activate()), 409);
      const log = await acme.get(`/provision/manage/model/m/${sn}?show=log`);
      assert.ok(log.body.includes(block.replace(/"/g, '""')));

      const key = ["X-Exosite-CIK: ", cik, "\r\n"];
      const write = ["POST /api:v1/stack/alias HTTP/1.1\r\n", host, ...key, formType];
      const wrote = await exchange(...write, length("temp=21"), "\r\n", "temp", "=", "21");
      assert.equal(statusOf(wrote), 204);
      const read = ["GET /api:v1/stack/alias?", "temp", "= HTTP/1.1\r\n", host, ...key];
      assert.equal(readInWindows(await exchange(...read, acceptForm, "\r\n")), "temp=21");
    });

    it("behind a modem read the head line by line, and send two line ends too many", async () => {
      const key = `X-Exosite-CIK: ${await activated()}\r\n`;
      const write = await exchange(
        ...["POST /api:v1/stack/alias HTTP/1.1\r\n", host, key, formType],
        "Content-Length: 6\r\n\r\ntemp=2\r\n\r\n",
      );
      assert.equal(readInOrder(write), "");
      const read = ["GET /api:v1/stack/alias?temp HTTP/1.1\r\n", host, key, `${acceptForm}\r\n`];
      assert.equal(readInOrder(await exchange(...read)), "temp=2");
    });

    it("that count a line end into their body write and read nevertheless", async () => {
      const key = `X-Exosite-CIK: ${await activated()}\r\n`;
      const body = "temp=21.5&ping=0\r\n";
      const head = `POST /api:v1/stack/alias HTTP/1.1\r\n${host}${key}${formType}${length(body)}\r\n`;
      assert.equal(statusOf(await exchange(head + body)), 204);
      const read = `GET /api:v1/stack/alias?temp HTTP/1.1\r\n${host}${key}${acceptForm}\r\n`;
      const received = await exchange(read);
      assert.equal(received.slice(received.indexOf("=") + 1), "21.5");
    });

    it("that load firmware in windows of 256 bytes run over its end", async () => {
      await acme.createContent("m", "fw_1");
      await acme.upload("m", "fw_1", firmware);
      await acme.createContent("m", "zz");
      const connection = await OldConnection.open(rig.service.port);
      const call = async (head: string): Promise<string> => {
        await connection.send(`${head}\r\n`);
        return connection.receive();
      };
      const post = `POST /provision/activate HTTP/1.1\r\n${host}${formType}${length(identity)}\r\n`;
      await connection.send(post + identity);
      const key = `${host}X-Exosite-CIK: ${readByLength(await connection.receive())}\r\n`;
      const get = `GET /provision/download?vendor=acme&model=m`;
      const list = await call(`${get} HTTP/1.1\r\n${key}`);
      assert.deepEqual(readIds(readByLength(list)), ["fw_1", "zz"]);
      const info = readByLength(await call(`${get}&id=fw_1&info=true HTTP/1.1\r\n${key}`));
      const [type, size = ""] = info.split(",");
      assert.equal(type, "application/x-firmware");
      let loaded = "";
      for (let at = 0; at < Number(size); at += 256) {
        const range = `Range: bytes=${at}-${at + 255}\r\n`;
        const received = await call(`${get}&id=fw_1 HTTP/1.1\r\n${key}${range}`);
        assert.equal(statusOf(received), 206);
        assert.ok(received.length <= 768);
        loaded += readByLength(received);
      }
      assert.equal(loaded, firmware);
      // Without content the info's first field is not empty: a reader that skips empty ones counts on it.
      const empty = readByLength(await call(`${get}&id=zz&info=true HTTP/1.1\r\n${key}`));
      assert.equal(empty.split(",").filter((field) => field !== "")[1], "0");
      connection.close();
    });

    it("in Python shout their key's name, and say that a GET has no bytes", async () => {
      await acme.createContent("m", "firmware_101");
      await acme.upload("m", "firmware_101", firmware);
      const close = "Connection: Close \r\n";
      const size = `content-length:${identity.length}\r\n`;
      const head = `POST /provision/activate HTTP/1.1\r\n${host}${close}${formType}${size}\r\n`;
      const connection = await OldConnection.open(rig.service.port);
      await connection.send(head + identity);
      const key = `X-EXOSITE-CIK: ${readByLength(await connection.receive())}\r\n`;
      await connection.closed();
      const stack = "/onep:v1/stack/alias?command HTTP/1.1\r\n";
      assert.equal(statusOf(await exchange(`GET ${stack}${host}${key}${acceptForm}\r\n`)), 204);
      const get = (target: string): Promise<string> =>
        exchange(
          `GET /provision/download?vendor=acme&model=m${target} HTTP/1.1\r\n${host}` +
            `Accept-Encoding: identity\r\nContent-Length: 0\r\n${key}\r\n`,
        );
      assert.deepEqual(readByLength(await get("")).split("\r\n"), ["firmware_101", ""]);
      assert.equal(readByLength(await get("&id=firmware_101")), firmware);
    });

    it("that were moved back find their key refused with a body, and are enabled again", async () => {
      const cik = await activated();
      await acme.post(`/provision/manage/model/m/${sn}`, "disable=true");
      const read = `GET /onep:v1/stack/alias?temp HTTP/1.1\r\n${host}X-Exosite-CIK: ${cik}\r\n\r\n`;
      const refused = await exchange(read);
      assert.equal(refused.slice(refused.indexOf("\r\n\r\n") + 4), "HTTP/1.1 401 Unauthorized\r\n");
      assert.equal((await acme.activate("m", sn)).status, 409);
      await acme.change(`/model/m/${sn}`, "enable=true");
      assert.equal((await acme.activate("m", sn)).status, 200);
    });
  });
}
