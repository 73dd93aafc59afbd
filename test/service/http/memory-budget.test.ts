import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { Refusal } from "../../../src/service/errors.js";
import { MemoryBudget } from "../../../src/service/http/memory-budget.js";
import { RawClient, startRig, stopRig } from "../harness.js";
import { VendorClient } from "../vendor-client.js";

const isOverloaded = (error: unknown): boolean =>
  error instanceof Refusal && error.code === "overloaded";

describe("the memory of all bodies", () => {
  it("is held while it is used, and given back also by what fails", async () => {
    const budget = new MemoryBudget(100);
    let release = (): void => undefined;
    const held = budget.hold(60, () => new Promise<void>((resolve) => (release = resolve)));
    await assert.rejects(
      budget.hold(41, () => Promise.resolve()),
      isOverloaded,
    );
    assert.equal(await budget.hold(40, () => Promise.resolve(7)), 7);
    await assert.rejects(
      budget.hold(40, () => Promise.reject(new Error("its own"))),
      /its own/,
    );
    release();
    await held;
    assert.equal(budget.takenBytes, 0);
    await budget.hold(100, () => Promise.resolve());
  });

  it("answers 503 to one table too many, and small requests as ever", async () => {
    const rig = await startRig({ options: { limits: { heldBytesMax: 150_000 } } });
    const acme = await VendorClient.create(rig, "acme");
    await acme.createModel("m");
    const start = (length: string): string =>
      "POST /provision/manage/model/m/ HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n" +
      `${acme.tokenHeader}\r\n${length}\r\n\r\n`;
    const first = await RawClient.open(rig.service.port);
    first.send(start("Content-Length: 100000"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const second = await RawClient.open(rig.service.port);
    second.send(start("Content-Length: 60000"));
    assert.match(await second.untilClosed(), /^HTTP\/1\.1 503 Service Unavailable\r\n/);
    // A body of unknown length counts as the largest there may be.
    const third = await RawClient.open(rig.service.port);
    third.send(start("Transfer-Encoding: chunked"));
    assert.match(await third.untilClosed(), /^HTTP\/1\.1 503 Service Unavailable\r\n/);
    await acme.addSerial("m", "small");
    first.send("a,b\n".repeat(25_000));
    const [reply] = await first.replies(1);
    assert.equal(reply?.status, 409);
    await stopRig(rig);
    assert.deepEqual(rig.logged, []);
  });
});

describe("the memory of all replies", () => {
  const rowCount = 1000;
  const extra = "x".repeat(4000);
  const readerCount = 20;
  const queuedBytesMax = 14_000_000;

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
    while (ended < readerCount - Math.floor(queuedBytesMax / 4_000_000)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    let queued = 0;
    for (const socket of sockets) queued += socket.writableLength;
    assert.ok(queued <= queuedBytesMax, `${queued} bytes are queued`);
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
