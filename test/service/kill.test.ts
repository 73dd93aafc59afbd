// kill -9 at any moment: whatever a reply has acknowledged is there when the service runs again,
// and what was under way has happened as a whole or not at all.

import assert from "node:assert/strict";
import { createHash, randomBytes, randomInt } from "node:crypto";
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Admin, type VendorCredentials } from "../../src/service/admin.js";
import type { DatabasePlace } from "../../src/service/database/database.js";
import { openStorage } from "../../src/service/stores/storage.js";
import { ServiceProcess } from "../support/service-process.js";
import { tally } from "../support/tally.js";
import { databaseKinds, postgresServer } from "./databases.js";
import { ask, temporaryDirectory, type WireReply, type WireRequest } from "./harness.js";

const rounds = 6;
const workerCount = 6;
/** The kill comes after some number of replies, and then at any moment. */
const repliesMin = 40;
const repliesMax = 90;
const delayMsMax = 20;
/** Checks under way at once. */
const checkerCount = 8;

const device = "vendor=acme&model=m";
const hex = (bytes: string): string => createHash("sha256").update(bytes, "latin1").digest("hex");

/** One thing that was acknowledged, and how to see that it is still so. */
interface Acknowledged {
  readonly what: string;
  readonly check: (ask: Ask) => Promise<void>;
}

type Ask = (request: WireRequest) => Promise<WireReply>;

class Vendor {
  #next = 0;
  /** Replies that came, whole; what is not in here may have happened or not. */
  readonly acknowledged: Acknowledged[] = [];
  readonly uploads = new Map<string, string>();

  constructor(private readonly credentials: VendorCredentials) {}

  get key(): string {
    return `X-Exosite-Token: ${this.credentials.token}`;
  }

  /** One chain of changes, each acknowledged or the end of the chain. */
  async work(ask: Ask): Promise<void> {
    const name = `x${String(this.#next++)}`;
    const chains = [this.#device, this.#content, this.#member, this.#token, this.#point];
    const chain = chains[randomInt(chains.length)] ?? this.#device;
    await chain.call(this, name, ask);
  }

  async #post(ask: Ask, target: string, body: string, headers = [this.key]): Promise<WireReply> {
    const reply = await ask({ method: "POST", target, headers, body });
    assert.ok(reply.status < 300, `${target} ${body}: ${reply.status}`);
    return reply;
  }

  #acknowledge(what: string, target: string, matches: RegExp, headers = [this.key]): void {
    this.acknowledged.push({
      what,
      check: async (ask) => {
        const { status, body } = await ask({ method: "GET", target, headers });
        assert.ok(status === 200 && matches.test(body), `${what}: ${status} ${body}`);
      },
    });
  }

  async #device(sn: string, ask: Ask): Promise<void> {
    const serial = `/provision/manage/model/m/${sn}`;
    await this.#post(ask, "/provision/manage/model/m/", `sn=${sn}&extra=e-${sn}`);
    this.acknowledged.push({
      what: `serial ${sn}`,
      check: async (ask) => {
        // 204: without a client. An unknown serial would be a 404.
        const { status } = await ask({ method: "GET", target: serial, headers: [this.key] });
        assert.ok(status === 204 || status === 200, `${sn}: ${status}`);
      },
    });
    const body = `enable=true&owner=${this.credentials.rid}`;
    const rid = (await this.#post(ask, serial, body)).body.trim();
    this.#acknowledge(`client of ${sn}`, serial, new RegExp(`activated,${rid},e-${sn}\r\n$`));
    const cik = (await this.#post(ask, "/provision/activate", `${device}&sn=${sn}`, [])).body;
    this.acknowledged.push({
      what: `activation of ${sn}`,
      check: async (ask) => {
        const again = { method: "POST", target: "/provision/activate", body: `${device}&sn=${sn}` };
        assert.equal((await ask(again)).status, 409, sn);
        const headers = [`X-Exosite-CIK: ${cik}`];
        const list = { method: "GET", target: `/provision/download?${device}`, headers };
        assert.equal((await ask(list)).status, 200, sn);
        const log = { method: "GET", target: `${serial}?show=log`, headers: [this.key] };
        assert.match((await ask(log)).body, new RegExp(`,${device}&sn=${sn}\r\n$`));
      },
    });
  }

  async #content(id: string, ask: Ask): Promise<void> {
    const target = `/provision/manage/content/m/${id}`;
    await this.#post(ask, "/provision/manage/content/m/", `id=${id}&meta=m-${id}`);
    this.#acknowledge(`content ${id}`, target, new RegExp(`,m-${id},false\r\n$`));
    const bytes = randomBytes(randomInt(200_000)).toString("latin1");
    this.uploads.set(target, hex(bytes));
    await this.#post(ask, target, bytes, [this.key, "Content-Type: application/octet-stream"]);
    this.acknowledged.push({
      what: `bytes of ${id}`,
      check: async (ask) => {
        const blob = { method: "GET", target: `${target}?download=true`, headers: [this.key] };
        assert.equal(hex((await ask(blob)).body), hex(bytes), id);
      },
    });
  }

  async #member(id: string, ask: Ask): Promise<void> {
    await this.#post(ask, "/provision/manage/group/m/", `id=${id}&meta=m`);
    await this.#post(ask, `/provision/manage/group/m/${id}/`, "type=sn&id=known&meta=x");
    const members = `/provision/manage/group/m/${id}/`;
    this.#acknowledge(`member of ${id}`, members, /^sn,known,,x\r\n$/);
  }

  async #token(id: string, ask: Ask): Promise<void> {
    const cik = [`X-Exosite-CIK: ${this.credentials.cik}`];
    const token = (await this.#post(ask, "/provision/admin/auth/", `id=${id}`, cik)).body;
    this.#acknowledge(`token ${id}`, `/provision/admin/auth/${id}`, new RegExp(`^${token}$`), cik);
    this.#acknowledge(`use of token ${id}`, "/provision/manage/model/", /^m\r\n$/, [
      `X-Exosite-Token: ${token}`,
    ]);
  }

  async #point(value: string, ask: Ask): Promise<void> {
    const cik = [`X-Exosite-CIK: ${this.credentials.cik}`];
    const alias = `a${String(randomInt(5))}`;
    await this.#post(ask, "/onep:v1/stack/alias", `${alias}=${value}`, cik);
    // A later write of the same second may have taken its place.
    this.#acknowledge(`point ${alias}`, `/onep:v1/stack/alias?${alias}`, /=x\d+$/, cik);
  }
}

for (const kind of databaseKinds) {
  describe(`kill -9, with ${kind.name}`, function () {
    this.timeout(300_000);

    it(`loses nothing acknowledged in ${rounds} rounds of changes`, async function () {
      const dataDirectory = await temporaryDirectory();
      const place: DatabasePlace = { dataDirectory, url: await kind.create(this) };
      const storage = await openStorage(place, undefined);
      const vendor = new Vendor(await new Admin(storage, Date.now).createVendor("acme"));
      await storage.database.destroy();
      await prepare(place, vendor);

      let checked = 0;
      for (let round = 0; round < rounds; round++) {
        const service = await ServiceProcess.start(place);
        await check(service, vendor, vendor.acknowledged.slice(checked));
        checked = vendor.acknowledged.length;
        let isOver = false;
        const workers = Array.from({ length: workerCount }, async () => {
          while (!isOver) await vendor.work((request) => ask(service.port, request));
        });
        const ended = Promise.allSettled(workers);
        const enough = checked + randomInt(repliesMin, repliesMax);
        while (vendor.acknowledged.length < enough) await sleep(1);
        await sleep(randomInt(delayMsMax));
        await service.kill();
        isOver = true;
        for (const result of await ended) assertCutOff(result);
      }
      const last = await ServiceProcess.start(place);
      await check(last, vendor, vendor.acknowledged);
      await last.stop();
      tally(
        `kill -9 with ${kind.name}: ${rounds} times, ` +
          `${vendor.acknowledged.length} acknowledged changes, none lost`,
      );
      const kinds = new Set(vendor.acknowledged.map(({ what }) => what.split(" ")[0]));
      assert.equal(kinds.size, 9, [...kinds].join());
      await rm(dataDirectory, { recursive: true, force: true });
    });
  });
}

async function prepare(place: DatabasePlace, vendor: Vendor): Promise<void> {
  const service = await ServiceProcess.start(place);
  const target = "/provision/manage/model/";
  const headers = [vendor.key];
  for (const [path, body] of [
    ["", `model=m&rid=${"ab".repeat(20)}`],
    ["m/", "sn=known"],
  ] as const) {
    const request = { method: "POST", target: `${target}${path}`, headers, body };
    assert.equal((await ask(service.port, request)).status, 205);
  }
  await service.stop();
}

/** A worker may end because the service is gone, and for no other reason. */
function assertCutOff(result: PromiseSettledResult<void>): void {
  if (result.status === "fulfilled") return;
  const { message } = result.reason as Error;
  assert.match(message, /no reply in|ECONNREFUSED|ECONNRESET|EPIPE/);
}

async function check(
  { port }: ServiceProcess,
  vendor: Vendor,
  acknowledged: readonly Acknowledged[],
): Promise<void> {
  const send: Ask = (request) => ask(port, request);
  const left = acknowledged.values();
  const checkers = Array.from({ length: checkerCount }, async () => {
    for (const { check } of left) await check(send);
  });
  await Promise.all(checkers);
  // An upload under way is there as a whole, or not at all.
  const headers = [vendor.key];
  for (const [path, digest] of vendor.uploads) {
    const blob = await send({ method: "GET", target: `${path}?download=true`, headers });
    if (blob.status === 200 && blob.body !== "") assert.equal(hex(blob.body), digest, path);
  }
}

describe("a PostgreSQL server that goes away", function () {
  this.timeout(120_000);

  it("is answered 503 without it, and as ever when it is back", async function () {
    const server = await postgresServer(this);
    const dataDirectory = await temporaryDirectory();
    const place: DatabasePlace = { dataDirectory, url: await server.createDatabase() };
    const service = await ServiceProcess.start(place);
    const health = (): Promise<WireReply> =>
      ask(service.port, { method: "GET", target: "/healthz" });
    assert.equal((await health()).status, 200);
    await server.dropConnections();
    assert.ok([200, 503].includes((await health()).status));
    assert.equal((await health()).status, 200);
    await server.halt();
    const { status, body } = await health();
    assert.equal(status, 503);
    assert.equal(body, "HTTP/1.1 503 Service Unavailable\r\n");
    await server.restart();
    assert.equal((await health()).status, 200);
    await service.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  });
});
