import assert from "node:assert/strict";
import { Refusal } from "../../src/service/errors.js";
import { MemoryBudget } from "../../src/service/memory-budget.js";
import { RawClient, startRig, stopRig } from "./harness.js";
import { VendorClient } from "./vendor-client.js";

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
