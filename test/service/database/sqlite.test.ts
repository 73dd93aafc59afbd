// SQLite's file beside other processes that lock it, and long transactions of our own.

import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import BetterSqlite3 from "better-sqlite3";
import { type Database, openDatabase, transact } from "../../../src/service/database/database.js";
import { temporaryDirectory } from "../harness.js";
import { longestTurnMs } from "../longest-turn.js";

const turnMsMax = 50;

describe("the SQLite database", () => {
  let dataDirectory: string;
  let database: Database;
  let other: BetterSqlite3.Database;

  beforeEach(async () => {
    dataDirectory = await temporaryDirectory();
    database = await openDatabase({ dataDirectory });
    other = new BetterSqlite3(join(dataDirectory, "provision.db"));
  });

  afterEach(async () => {
    other.close();
    await database.destroy();
    await rm(dataDirectory, { recursive: true, force: true });
  });

  async function put(name: string): Promise<void> {
    await database
      .insertInto("properties")
      .values({ name, value: Buffer.from(name) })
      .execute();
  }

  async function names(): Promise<string[]> {
    const rows = await database.selectFrom("properties").orderBy("name").select("name").execute();
    return rows.map(({ name }) => name);
  }

  it("waits for another process's lock without holding up its own", async () => {
    other.exec("begin immediate");
    const order: string[] = [];
    const writing = put("a").then(() => order.push("written"));
    const longest = await longestTurnMs(async () => {
      await sleep(300);
      assert.deepEqual(await names(), []);
      order.push("read");
      other.exec("commit");
      await writing;
    });
    assert.deepEqual(order, ["read", "written"]);
    assert.ok(longest < turnMsMax, `a turn of ${longest} ms`);
    assert.deepEqual(await names(), ["a"]);
  });

  it("begins a transaction when the lock is free, however long that takes", async () => {
    other.exec("begin immediate");
    const writing = transact(database, async (transaction) => {
      const value = Buffer.alloc(1);
      await transaction.insertInto("properties").values({ name: "b", value }).execute();
    });
    await sleep(100);
    other.exec("insert into properties values ('a', x'00')");
    other.exec("commit");
    await writing;
    assert.deepEqual(await names(), ["a", "b"]);
  });

  it("says after ten seconds that it cannot be reached, and is well again", async function () {
    this.timeout(20_000);
    other.exec("begin immediate");
    await assert.rejects(put("a"), { name: "DatabaseUnreachable" });
    other.exec("commit");
    await put("b");
    assert.deepEqual(await names(), ["b"]);
  });

  it("reads what is committed while a transaction of its own is under way", async () => {
    let goOn = (): void => undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    const writing = transact(database, async (transaction) => {
      const value = Buffer.alloc(1);
      await transaction.insertInto("properties").values({ name: "a", value }).execute();
      await gate;
    });
    await sleep(10);
    assert.deepEqual(await names(), []);
    goOn();
    await writing;
    assert.deepEqual(await names(), ["a"]);
  });

  it("runs transactions one after another, and undoes one that fails", async () => {
    const running: number[] = [];
    const run = (number: number): Promise<void> =>
      transact(database, async (transaction) => {
        running.push(number);
        const value = Buffer.alloc(1);
        await transaction
          .insertInto("properties")
          .values({ name: `${number}`, value })
          .execute();
        await sleep(1);
        assert.equal(running.at(-1), number, "another transaction came in between");
        if (number % 2 === 1) throw new Error("odd");
      });
    const outcomes = await Promise.allSettled([0, 1, 2, 3, 4].map(run));
    const statuses = outcomes.map(({ status }) => status);
    assert.deepEqual(statuses, ["fulfilled", "rejected", "fulfilled", "rejected", "fulfilled"]);
    assert.deepEqual(await names(), ["0", "2", "4"]);
  });

  it("lets others in between the statements of a chain", async () => {
    const longest = await longestTurnMs(() =>
      transact(database, async (transaction) => {
        for (let at = 0; at < 20_000; at++) {
          const row = { name: `n${at}`, value: Buffer.alloc(1) };
          await transaction.insertInto("properties").values(row).execute();
        }
      }),
    );
    assert.ok(longest < turnMsMax, `a turn of ${longest} ms`);
  });
});
