// An upload that fills the disk, over the wire: it is told so, its connection closes although more
// of the body comes, and everything goes on when there is room.

import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { sql } from "kysely";
import { Admin } from "../../src/service/admin.js";
import { Listener } from "../../src/service/http/listener.js";
import { serviceLimits } from "../../src/service/limits.js";
import { Responder } from "../../src/service/responder.js";
import { openStorage } from "../../src/service/stores/storage.js";
import { Turns } from "../../src/service/turns.js";
import { ask, RawClient, temporaryDirectory, type WireReply } from "./harness.js";

describe("a full disk", () => {
  it("is told to who uploads, costs nobody else, and passes", async function () {
    this.timeout(30_000);
    const directory = await temporaryDirectory();
    const storage = await openStorage({ dataDirectory: directory, url: undefined }, undefined);
    const logged: string[] = [];
    const limits = serviceLimits;
    const rules = { activationWindowSeconds: 1, replacesContent: false, advertised: undefined };
    const responder = new Responder(
      { ...storage, clock: Date.now, limits, turns: new Turns(), ...rules },
      { log: (line) => logged.push(line) },
    );
    const listener = await Listener.open({
      host: "127.0.0.1",
      port: 0,
      limits,
      requestsMax: 0,
      isProxied: false,
      date: () => responder.date(),
      answer: (exchange, isLast) => responder.answer(exchange, isLast),
    });
    const { port } = listener.address;
    const { token, rid } = await new Admin(storage, Date.now).createVendor("acme");
    const headers = [`X-Exosite-Token: ${token}`];
    const manage = "/provision/manage";
    const post = (target: string, body: string): Promise<WireReply> =>
      ask(port, { method: "POST", target: manage + target, headers, body });
    await post("/model/", `model=m&rid=${rid}`);
    await post("/content/m/", "id=fw");

    const pages = (count: number): Promise<unknown> =>
      sql`pragma max_page_count = ${sql.lit(count)}`.execute(storage.database);
    await pages(300);
    for (let times = 0; times < 3; times++) {
      const upload = await RawClient.open(port);
      upload.send(
        `POST ${manage}/content/m/fw HTTP/1.1\r\nHost: x\r\n${headers.join("")}\r\n` +
          `Content-Length: 24000000\r\n\r\n${"x".repeat(4_000_000)}`,
      );
      const received = await upload.untilClosed();
      assert.match(received, /^HTTP\/1\.1 507 Insufficient Storage\r\n[^]*Connection: Close\r\n/);
      assert.ok(received.endsWith("\r\n\r\nHTTP/1.1 507 Insufficient Storage\r\n"));
    }
    const info = await ask(port, { method: "GET", target: `${manage}/model/m`, headers });
    assert.equal(info.status, 200);
    assert.equal(logged.length, 1, logged.join("\n"));
    assert.match(logged[0] ?? "", /^DatabaseUnreachable: .*full$/);

    await pages(1_000_000);
    assert.equal((await post("/content/m/fw", "x".repeat(3_000_000))).status, 205);
    await listener.close();
    await responder.settled();
    assert.match(logged[1] ?? "", /full \(2 more times\)$/);
    await storage.database.destroy();
    await rm(directory, { recursive: true, force: true });
  });
});
