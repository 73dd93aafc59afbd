// Several service processes on one database behave as one, and none of them can lose by being
// killed what was acknowledged.

import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { Admin, type VendorCredentials } from "../../src/service/admin.js";
import type { DatabasePlace } from "../../src/service/database/database.js";
import { openStorage } from "../../src/service/stores/storage.js";
import { ServiceProcess } from "../support/service-process.js";
import { databaseKinds } from "./databases.js";
import { ask, temporaryDirectory, type WireReply } from "./harness.js";

const processCount = 4;
const deviceCount = 200;

for (const kind of databaseKinds) {
  describe(`${processCount} services on one database, with ${kind.name}`, function () {
    this.timeout(120_000);
    let place: DatabasePlace;
    let acme: VendorCredentials;
    let services: ServiceProcess[];

    before(async function () {
      const dataDirectory = await temporaryDirectory();
      place = { dataDirectory, url: await kind.create(this) };
      // All at once on an empty database: each finds the tables, whoever makes them.
      services = await Promise.all(
        Array.from({ length: processCount }, () => ServiceProcess.start(place)),
      );
      const storage = await openStorage(place, undefined);
      acme = await new Admin(storage, Date.now).createVendor("acme");
      await storage.database.destroy();
      await manage(0, "/model/", `model=m&rid=${acme.rid}`);
    });

    after(async () => {
      await Promise.all(services.map((service) => service.stop()));
      await rm(place.dataDirectory, { recursive: true, force: true });
    });

    /** The port of the process whose turn it is. */
    function port(turn: number): number {
      const service = services[turn % services.length];
      assert.ok(service !== undefined);
      return service.port;
    }

    async function post(turn: number, target: string, body: string): Promise<WireReply> {
      const headers = [`X-Exosite-Token: ${acme.token}`];
      return ask(port(turn), { method: "POST", target, headers, body });
    }

    async function manage(turn: number, target: string, body: string): Promise<void> {
      const { status } = await post(turn, `/provision/manage${target}`, body);
      assert.ok(status < 300, `${target} ${body}: ${status}`);
    }

    function activate(turn: number, sn: string): Promise<WireReply> {
      return post(turn, "/provision/activate", `vendor=acme&model=m&sn=${sn}`);
    }

    async function enable(turn: number, sn: string): Promise<void> {
      await manage(turn, "/model/m/", `sn=${sn}`);
      await manage(turn + 1, `/model/m/${sn}`, `enable=true&owner=${acme.rid}`);
    }

    function statuses(replies: readonly WireReply[]): Record<number, number> {
      const counts: Record<number, number> = {};
      for (const { status } of replies) counts[status] = (counts[status] ?? 0) + 1;
      return counts;
    }

    it(`gives the CIK to one of ${deviceCount} that ask at once`, async () => {
      await enable(0, "one");
      const turns = Array.from({ length: deviceCount }, (_, turn) => activate(turn, "one"));
      const replies = await Promise.all(turns);
      assert.deepEqual(statuses(replies), { 200: 1, 409: deviceCount - 1 });
      const cik = replies.find(({ status }) => status === 200)?.body ?? "";
      for (let turn = 0; turn < processCount; turn++) {
        const target = "/provision/download?vendor=acme&model=m";
        const headers = [`X-Exosite-CIK: ${cik}`];
        assert.equal((await ask(port(turn), { method: "GET", target, headers })).status, 200);
      }
    });

    it("enables a serial once, however many vendors' tools ask at once", async () => {
      await manage(0, "/model/m/", "sn=twice");
      const body = `enable=true&owner=${acme.rid}`;
      const turns = Array.from({ length: 20 }, (_, turn) =>
        post(turn, "/provision/manage/model/m/twice", body),
      );
      assert.deepEqual(statuses(await Promise.all(turns)), { 200: 1, 409: 19 });
    });

    it("activates many devices at once while they are moved, without an error", async () => {
      const serials = Array.from({ length: 20 }, (_, at) => `s${at}`);
      for (const sn of serials) {
        await enable(0, sn);
        await manage(1, "/model/m/", `sn=new-${sn}`);
      }
      const turns = serials.flatMap((sn, turn) => [
        activate(turn, sn),
        post(turn + 1, `/provision/manage/model/m/new-${sn}`, `enable=true&oldsn=${sn}`),
        activate(turn + 2, `new-${sn}`),
        activate(turn + 3, sn),
      ]);
      const counts = statuses(await Promise.all(turns));
      const known = [200, 205, 409, 412].map((status) => counts[status] ?? 0);
      assert.equal(
        known.reduce((sum, count) => sum + count),
        turns.length,
        JSON.stringify(counts),
      );
      // Each client ends behind one serial, and can be had once more at most.
      for (const sn of serials) {
        const last = await Promise.all([activate(0, sn), activate(1, `new-${sn}`)]);
        assert.ok(last.filter(({ status }) => status === 200).length <= 1);
      }
    });

    it("takes one of two overlapping batches of serials, all or nothing", async () => {
      const batch = (order: (one: string, other: string) => number): string =>
        Array.from({ length: 600 }, (_, at) => `sn=b${at}`)
          .sort(order)
          .join("&");
      const replies = await Promise.all([
        post(
          0,
          "/provision/manage/model/m/",
          batch((one, other) => (one < other ? -1 : 1)),
        ),
        post(
          1,
          "/provision/manage/model/m/",
          batch((one, other) => (one < other ? 1 : -1)),
        ),
      ]);
      assert.deepEqual(statuses(replies), { 205: 1, 409: 1 });
    });

    it("leaves no member behind of a content that is deleted while it joins a group", async () => {
      await manage(0, "/group/m/", "id=g");
      for (let round = 0; round < 10; round++) {
        await manage(round, "/content/m/", "id=c&protected=true");
        await Promise.all([
          post(round, "/provision/manage/group/m/g/", "type=content&id=c"),
          post(round + 1, "/provision/manage/content/m/", "delete=true&id=c"),
        ]);
        const target = "/provision/manage/group/m/g/?type=content";
        const headers = [`X-Exosite-Token: ${acme.token}`];
        const { status } = await ask(port(round + 2), { method: "GET", target, headers });
        assert.equal(status, 204);
      }
    });
  });
}
