import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { Refusal } from "../../../src/service/errors.js";
import { type Holder, MemoryBudget } from "../../../src/service/http/memory-budget.js";
import { RawClient, startRig, stopRig } from "../harness.js";
import { VendorClient } from "../vendor-client.js";

const isOverloaded = (error: unknown): boolean =>
  error instanceof Refusal && error.code === "overloaded";

describe("the memory of all bodies", () => {
  const vendor = (name: string): Holder => ({ name, isDevice: false });
  const device = (name: string): Holder => ({ name, isDevice: true });

  it("is held while it is used, and given back", () => {
    const budget = new MemoryBudget(100, 100);
    const one = budget.open(vendor("a"));
    assert.ok(one.resize(30));
    assert.ok(one.resize(50));
    assert.equal(budget.takenBytes, 50);
    assert.ok(!one.resize(51));
    assert.equal(budget.takenBytes, 50);
    assert.throws(() => one.need(51), isOverloaded);
    assert.ok(one.resize(10));
    one.release();
    one.release();
    assert.equal(budget.takenBytes, 0);
    assert.ok(budget.open(vendor("a")).resize(50));
  });

  it("is never one key's alone, on however many connections", () => {
    const budget = new MemoryBudget(1000, 1000);
    let held = 0;
    while (budget.open(vendor("a")).resize(10)) held += 10;
    assert.equal(held, 500);
    assert.ok(budget.open(vendor("b")).resize(250));
    assert.ok(budget.open(vendor("c")).resize(120));
    assert.ok(!budget.open(vendor("b")).resize(1));
    // One that holds much gives way: it gets no more until the others have their part.
    assert.ok(!budget.open(vendor("a")).resize(1));
    assert.equal(budget.takenBytes, 870);
  });

  it("has a bound for each device, which many of its connections do not lift", () => {
    const budget = new MemoryBudget(1000, 20);
    assert.ok(budget.open(device("a")).resize(15));
    assert.ok(!budget.open(device("a")).resize(6));
    assert.ok(budget.open(device("a")).resize(5));
    assert.ok(budget.open(device("b")).resize(20));
    assert.ok(budget.open(vendor("c")).resize(480));
  });

  it("answers 503 to one table too many, and small requests as ever", async () => {
    const rig = await startRig({ options: { limits: { heldBytesMax: 300_000 } } });
    const acme = await VendorClient.create(rig, "acme");
    const other = await VendorClient.create(rig, "other");
    await acme.createModel("m");
    await other.createModel("m");
    const start = (client: VendorClient, length: string): string =>
      "POST /provision/manage/model/m/ HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n" +
      `${client.tokenHeader}\r\n${length}\r\n\r\n`;
    // What is announced takes up nothing.
    const idle = await RawClient.open(rig.service.port);
    idle.send(`${start(acme, "Content-Length: 8000000")}1`);
    const first = await RawClient.open(rig.service.port);
    first.send(start(acme, "Content-Length: 100000"));
    first.send("a,b\n".repeat(24_000));
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const length of ["Content-Length: 60000", "Transfer-Encoding: chunked"]) {
      const second = await RawClient.open(rig.service.port);
      const rows = "c,d\n".repeat(15_000);
      second.send(start(acme, length));
      second.send(length.startsWith("T") ? `ea60\r\n${rows}` : rows.slice(1));
      assert.match(await second.untilClosed(), /^HTTP\/1\.1 503 Service Unavailable\r\n/);
    }
    await acme.addSerial("m", "small");
    const table = Array.from({ length: 10_000 }, (_, at) => `${at}\n`).join("");
    const headers = ["Content-Type: text/csv"];
    const target = "/provision/manage/model/m/";
    const added = await other.ask({ method: "POST", target, headers, body: table });
    assert.equal(added.status, 205);
    first.send("a,b\n".repeat(1_000));
    const [reply] = await first.replies(1);
    assert.equal(reply?.status, 409);
    idle.socket.destroy();
    await stopRig(rig);
    assert.deepEqual(rig.logged, []);
  });
});

describe("the memory of all replies", () => {
  const rowCount = 1000;
  const extra = "x".repeat(4000);
  const readerCount = 20;
  /** One vendor may hold half of it. */
  const queuedBytesMax = 28_000_000;

  it("stays within its bound however many read slowly, and comes back when they do", async () => {
    const sockets = new Set<Socket>();
    const collect = (message: unknown): void => {
      sockets.add((message as { socket: Socket }).socket);
    };
    let ended = 0;
    let refused = 0;
    const rig = await startRig({
      options: { limits: { queuedBytesMax } },
      onReply: ({ procedure, code }) => {
        if (procedure !== 33) return;
        ended++;
        if (code === "overloaded") refused++;
      },
    });
    const acme = await VendorClient.create(rig, "acme");
    await acme.createModel("m");
    const target = "/provision/manage/model/m/";
    const rows = Array.from({ length: rowCount }, (_, at) => `${at},${extra}\n`).join("");
    const added = await acme.ask({
      method: "POST",
      target,
      headers: ["Content-Type: text/csv"],
      body: rows,
    });
    assert.equal(added.status, 205);
    const list = `GET ${target}?limit=1000 HTTP/1.1\r\nHost: x\r\n${acme.tokenHeader}\r\n\r\n`;
    subscribe("http.server.request.start", collect);
    const readers: RawClient[] = [];
    for (let at = 0; at < readerCount; at++) {
      const reader = await RawClient.open(rig.service.port);
      reader.socket.pause();
      reader.send(list);
      readers.push(reader);
    }
    // What the kernel's buffers take whole ends without a refusal, and does not count.
    while (ended < readerCount - Math.floor(queuedBytesMax / 2 / 4_000_000)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    let queued = 0;
    for (const socket of sockets) queued += socket.writableLength;
    assert.ok(queued <= queuedBytesMax / 2, `${queued} bytes are queued`);
    await acme.addSerial("m", "small");
    const statuses: (number | undefined)[] = [];
    for (const reader of readers) {
      reader.socket.resume();
      statuses.push((await reader.replies(1))[0]?.status);
      reader.socket.destroy();
    }
    unsubscribe("http.server.request.start", collect);
    assert.equal(statuses.filter((status) => status === 503).length, refused);
    assert.equal(statuses.filter((status) => status === 200).length, readerCount - refused);
    assert.ok(refused > 0);
    const again = await acme.ask({ method: "GET", target: `${target}?limit=1000` });
    assert.equal(again.status, 200);
    await stopRig(rig);
    assert.deepEqual(rig.logged, []);
  });
});
