import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import BetterSqlite3 from "better-sqlite3";
import { sql } from "kysely";
import { Admin } from "../../src/service/admin.js";
import {
  DatabaseUnreachable,
  ServiceError,
  type ServiceErrorKind,
} from "../../src/service/errors.js";
import type { ReplyRecord } from "../../src/service/responder.js";
import { openStorage } from "../../src/service/stores/storage.js";
import { startService } from "../../src/service/service.js";
import {
  ask,
  RawClient,
  type Rig,
  startRig,
  startSeconds,
  stopRig,
  temporaryDirectory,
  type WireReply,
} from "./harness.js";
import { VendorClient } from "./vendor-client.js";

function isServiceError(kind: ServiceErrorKind): (error: unknown) => boolean {
  return (error) => error instanceof ServiceError && error.kind === kind;
}

/** A vendor, a model, a device and a content, made over the wire. Returns the device's CIK. */
async function populate(rig: Rig): Promise<{ acme: VendorClient; cik: string }> {
  const acme = await VendorClient.create(rig, "acme");
  await acme.createModel("m");
  const cik = await acme.addDevice("m", "1");
  await acme.createContent("m", "fw-1", "&meta=version%3D1.0.0");
  await acme.upload("m", "fw-1", "0123456789");
  return { acme, cik };
}

describe("the service", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await temporaryDirectory();
  });

  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it("keeps everything over a restart", async () => {
    const first = await startRig({ dataDirectory: directory });
    const { acme, cik } = await populate(first);
    await acme.addSerial("m", "2");
    await acme.enable("m", "2");
    await first.service.close();
    const second = await startRig({ dataDirectory: directory });
    const vendor = new VendorClient(second, acme.credentials);
    assert.equal((await vendor.download("m", "fw-1", cik)).body, "0123456789");
    assert.equal((await vendor.activate("m", "1")).status, 409);
    assert.equal((await vendor.activate("m", "2")).status, 200);
    await second.service.close();
  });

  it("keeps an acknowledged activation when it is killed", async () => {
    const script = fileURLToPath(new URL("serve.js", import.meta.url));
    const child = spawn(process.execPath, [script, directory], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const { port, token } = JSON.parse(line.toString()) as { port: number; token: string };
    const post = (target: string, body: string): ReturnType<typeof ask> =>
      ask(port, { method: "POST", target, body, headers: [`X-Exosite-Token: ${token}`] });
    const activation = "vendor=acme&model=m&sn=1";
    const activated = await post("/provision/activate", activation);
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    assert.equal(activated.status, 200);

    const { service } = await startRig({ dataDirectory: directory, clock: Date.now });
    const again = { method: "POST", target: "/provision/activate", body: activation };
    assert.equal((await ask(service.port, again)).status, 409);
    const list = await ask(service.port, {
      method: "GET",
      target: "/provision/download?vendor=acme&model=m",
      headers: [`X-Exosite-CIK: ${activated.body}`],
    });
    assert.equal(list.status, 200);
    await service.close();
  });

  it("says that a port is in use", async () => {
    const rig = await startRig();
    const { port } = rig.service;
    await assert.rejects(startService({ dataDirectory: directory, port }), (error: Error) => {
      assert.equal(error.message, `port ${port} of 127.0.0.1 is in use`);
      return isServiceError("port-in-use")(error);
    });
    await stopRig(rig);
    // The data has been let go of again.
    await (await startService({ dataDirectory: directory, port: 0 })).close();
  });

  it("says that a directory cannot be one", async () => {
    const rig = await startRig({ dataDirectory: directory });
    await rig.service.close();
    const dataDirectory = join(directory, "provision.db");
    await assert.rejects(startService({ dataDirectory, port: 0 }), ServiceError);
  });

  it("answers what is in flight when it closes, and nothing afterwards", async () => {
    const rig = await startRig({ dataDirectory: directory });
    const { acme } = await populate(rig);
    await acme.createContent("m", "fw-2");
    const idle = await RawClient.open(rig.service.port);
    const uploading = await RawClient.open(rig.service.port);
    uploading.send(
      `POST /provision/manage/content/m/fw-2 HTTP/1.1\r\nHost: x\r\n${acme.tokenHeader}\r\n` +
        "Content-Length: 4\r\n\r\nab",
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    const closed = rig.service.close();
    await idle.untilClosed();
    uploading.send("cd");
    assert.match(await uploading.untilClosed(), /^HTTP\/1.1 205 [^]*\r\nConnection: Close\r\n/);
    await closed;
    await rig.service.close();
    await assert.rejects(RawClient.open(rig.service.port));
  });

  it("cleans up behind a peer that goes away in the middle, also when it closes", async () => {
    const rig = await startRig({ dataDirectory: directory });
    const { acme } = await populate(rig);
    await acme.createContent("m", "fw-2");
    const client = await RawClient.open(rig.service.port);
    client.send(
      `POST /provision/manage/content/m/fw-2 HTTP/1.1\r\nHost: x\r\n${acme.tokenHeader}\r\n` +
        `Content-Length: 1000000\r\n\r\n${"x".repeat(500_000)}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    client.socket.destroy();
    await rig.service.close();
    assert.deepEqual(rig.logged, []);
    const storage = await openStorage({ dataDirectory: directory }, undefined);
    const blobs = await storage.database.selectFrom("blobs").select("id").execute();
    await storage.database.destroy();
    assert.equal(blobs.length, 1);
  });

  it("answers 500 when it fails itself, logs why, and goes on", async () => {
    const rig = await startRig({ dataDirectory: directory });
    const { acme, cik } = await populate(rig);
    await acme.addSerial("m", "2");
    await acme.enable("m", "2");
    const file = new BetterSqlite3(join(directory, "provision.db"));
    file.exec("drop table activations");
    file.close();
    const reply = await acme.activate("m", "2");
    assert.equal(reply.status, 500);
    assert.equal(reply.body, "HTTP/1.1 500 Internal Server Error\r\n");
    assert.equal(rig.logged.length, 1);
    assert.match(rig.logged[0] ?? "", /activations/);
    assert.equal((await acme.download("m", "fw-1", cik)).status, 200);
    await rig.service.close();
  });

  it("takes a full disk for one that cannot be reached now, changes nothing, and goes on", async () => {
    const storage = await openStorage({ dataDirectory: directory, url: undefined }, undefined);
    const { database } = storage;
    const admin = new Admin(storage, Date.now);
    // As many pages as there are, and then as many as SQLite takes.
    const limit = (pages: number): Promise<unknown> =>
      sql`pragma max_page_count = ${sql.lit(pages)}`.execute(database);
    await limit(1);
    const made: string[] = [];
    const fill = async (): Promise<void> => {
      for (let count = 0; count < 10_000; count++) {
        made.push((await admin.createVendor(`v${count}`)).vendor);
      }
    };
    await assert.rejects(
      fill(),
      (error) => error instanceof DatabaseUnreachable && /full/.test(error.message),
    );
    const { count } = await database
      .selectFrom("clients")
      .select(({ fn }) => fn.countAll<number>().as("count"))
      .executeTakeFirstOrThrow();
    assert.equal(count, made.length);
    await limit(1_000_000);
    await admin.createVendor("later");
    await database.destroy();
  });

  it("refuses a file that is no database", async () => {
    await writeFile(join(directory, "provision.db"), "x".repeat(10_000));
    await assert.rejects(
      startService({ dataDirectory: directory, port: 0 }),
      isServiceError("data-directory"),
    );
  });

  it("makes a vendor once, and only under a name", async () => {
    const { service } = await startRig({ dataDirectory: directory });
    const { admin } = service;
    const credentials = await admin.createVendor("acme");
    for (const secret of [credentials.rid, credentials.cik, credentials.token]) {
      assert.match(secret, /^[0-9a-f]{40}$/);
    }
    await assert.rejects(admin.createVendor("acme"), isServiceError("vendor-exists"));
    await assert.rejects(admin.createVendor("a/b"), isServiceError("malformed-name"));
    await assert.rejects(admin.createOwner({ vendor: "none" }), isServiceError("unknown-vendor"));
    await service.close();
  });

  it("puts an owner below the only vendor, and asks which when there are several", async () => {
    const { service } = await startRig({ dataDirectory: directory });
    const { admin } = service;
    const enabled = async (token: string, model: string, owner: string): Promise<number> => {
      const manage = `/provision/manage/model/${model}`;
      const headers = [`X-Exosite-Token: ${token}`];
      const post = (target: string, body: string): Promise<WireReply> =>
        ask(service.port, { method: "POST", target, headers, body });
      await post("/provision/manage/model/", `model=${model}&rid=${owner}`);
      await post(`${manage}/`, "sn=1");
      return (await post(`${manage}/1`, `enable=true&owner=${owner}`)).status;
    };
    const early = await admin.createOwner();
    const { token } = await admin.createVendor("acme");
    const below = await admin.createOwner();
    assert.equal(await enabled(token, "a", below.rid), 200);
    assert.equal(await enabled(token, "b", early.rid), 403);
    await admin.createVendor("other");
    await assert.rejects(admin.createOwner(), isServiceError("which-vendor"));
    const named = await admin.createOwner({ vendor: "acme" });
    assert.equal(await enabled(token, "c", named.rid), 200);
    const root = await admin.createOwner({ vendor: null });
    assert.equal(await enabled(token, "d", root.rid), 403);
    await service.close();
  });

  it("leaves another's uploads alone when it finds its port taken", async () => {
    const { service, place } = await startRig({ dataDirectory: directory });
    const storage = await openStorage(place, undefined);
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(new Uint8Array(300_000));
      const { port } = service;
      const clock = (): number => (startSeconds + 100_000) * 1000;
      const second = startService({ dataDirectory: directory, port, clock });
      await assert.rejects(second, isServiceError("port-in-use"));
      yield new Uint8Array(300_000);
    }
    const { blobId, size } = await storage.blobs.store(chunks(), startSeconds);
    let byteLength = 0;
    for await (const chunk of storage.blobs.read(blobId, 0, size - 1)) byteLength += chunk.length;
    assert.deepEqual([size, byteLength], [600_000, 600_000]);
    await storage.database.destroy();
    await service.close();
  });

  it("tells of each reply what was asked, what was sent, and no secret", async () => {
    const records: ReplyRecord[] = [];
    const rig = await startRig({
      dataDirectory: directory,
      onReply: (record) => records.push(record),
    });
    const { acme, cik } = await populate(rig);
    await acme.download("m", "fw-1", cik, "Range: bytes=0-3");
    await acme.download("m", "none", cik);
    await ask(rig.service.port, { method: "GET", target: `/nothing?token=${cik}&x=1` });
    await rig.service.close();
    const told = records.slice(-3).map(({ procedure, method, target, status, code }) => ({
      ...{ procedure, method, target, status, code },
    }));
    const target = "/provision/download?vendor=acme&model=m&id=";
    assert.deepEqual(told, [
      { procedure: 66, method: "GET", target: `${target}fw-1`, status: 206, code: undefined },
      {
        procedure: 66,
        method: "GET",
        target: `${target}none`,
        status: 404,
        code: "unknown-content",
      },
      {
        procedure: undefined,
        method: "GET",
        target: "/nothing?token=...&x=1",
        status: 404,
        code: "unknown-path",
      },
    ]);
    assert.equal(records.at(-3)?.bodyBytesSent, 4);
    const text = JSON.stringify(records);
    for (const secret of [cik, acme.credentials.cik, acme.credentials.token]) {
      assert.ok(!text.includes(secret));
    }
  });

  it("writes no secret in clear into its files", async () => {
    const rig = await startRig({ dataDirectory: directory });
    const { acme, cik } = await populate(rig);
    const files = async (): Promise<string> => {
      const names = await readdir(directory);
      const texts = names.map((name) => readFile(join(directory, name), "latin1"));
      return (await Promise.all(texts)).join("");
    };
    const secrets = [cik, acme.credentials.cik, acme.credentials.token];
    const texts = (await files()) + (await rig.service.close().then(files));
    // The control: what is no secret is there in clear.
    assert.ok(texts.includes(acme.credentials.rid));
    for (const secret of secrets) {
      assert.ok(!texts.includes(secret));
      assert.ok(!texts.includes(Buffer.from(secret, "hex").toString("latin1")));
    }
  });
});
