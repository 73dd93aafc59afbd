// `provision serve --processes N`: one port, one database, several processes.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Admin } from "../../src/service/admin.js";
import { openStorage } from "../../src/service/stores/storage.js";
import { ServiceProcess } from "../support/service-process.js";
import { databaseKinds } from "./databases.js";
import { ask, temporaryDirectory } from "./harness.js";

const processCount = 3;

/** Ids of the processes that a process has started. */
function childrenOf(pid: number): number[] {
  const text = execFileSync("ps", ["-o", "pid=", "--ppid", `${pid}`], { encoding: "latin1" });
  return text.split("\n").filter(Boolean).map(Number);
}

for (const kind of databaseKinds) {
  describe(`a service of ${processCount} processes, with ${kind.name}`, function () {
    this.timeout(60_000);
    let dataDirectory: string;
    let service: ServiceProcess;
    let url: string | undefined;

    before(async function () {
      dataDirectory = await temporaryDirectory();
      url = await kind.create(this);
      const log = join(dataDirectory, "access.log");
      const more = ["--processes", `${processCount}`, "--access-log", log];
      service = await ServiceProcess.start({ dataDirectory, url, more });
    });

    after(async () => {
      await service.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    });

    it("answers on one port as one service", async () => {
      const storage = await openStorage({ dataDirectory, url }, undefined);
      const acme = await new Admin(storage, Date.now).createVendor("acme");
      await storage.database.destroy();
      const headers = [`X-Exosite-Token: ${acme.token}`];
      const post = (target: string, body: string): Promise<{ status: number }> =>
        ask(service.port, { method: "POST", target, headers, body });
      const manage = "/provision/manage/model/";
      assert.equal((await post(manage, `model=m&rid=${acme.rid}`)).status, 205);
      assert.equal((await post(`${manage}m/`, "sn=1")).status, 205);
      assert.equal((await post(`${manage}m/1`, `enable=true&owner=${acme.rid}`)).status, 200);
      const turns = Array.from({ length: 30 }, () =>
        post("/provision/activate", "vendor=acme&model=m&sn=1"),
      );
      const statuses = (await Promise.all(turns)).map(({ status }) => status);
      assert.equal(statuses.filter((status) => status === 200).length, 1);
      assert.equal(statuses.filter((status) => status === 409).length, 29);
    });

    it("replaces a process that dies", async () => {
      const before = childrenOf(service.pid);
      assert.equal(before.length, processCount);
      process.kill(before[0] ?? 0, "SIGKILL");
      let now: number[] = [];
      for (
        let tries = 0;
        tries < 200 && (now.length < processCount || now.includes(before[0] ?? 0));
        tries++
      ) {
        await sleep(50);
        now = childrenOf(service.pid);
      }
      assert.equal(now.length, processCount);
      const { status } = await ask(service.port, { method: "GET", target: "/healthz" });
      assert.equal(status, 200);
    });

    it("ends all of them, after their replies, and leaves a line for each", async () => {
      const children = childrenOf(service.pid);
      await service.stop();
      for (const pid of children) assert.throws(() => process.kill(pid, 0), `${pid} is running`);
      const lines = readFileSync(join(dataDirectory, "access.log"), "latin1").trim().split("\n");
      assert.equal(lines.filter((line) => line.includes("/provision/activate")).length, 30);
    });
  });
}

describe("a service of several processes that cannot start", () => {
  it("says once why, and ends", async function () {
    this.timeout(30_000);
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const dataDirectory = await temporaryDirectory();
    const words = ["serve", "--data", dataDirectory, "--port", `${port}`, "--processes", "2"];
    const run = spawnSync(process.execPath, ["build/src/cli/main.js", ...words], {
      encoding: "utf8",
    });
    taken.close();
    await rm(dataDirectory, { recursive: true, force: true });
    assert.equal(run.status, 1);
    assert.match(run.stderr, /^provision: .*port.*\n$/);
  });
});
