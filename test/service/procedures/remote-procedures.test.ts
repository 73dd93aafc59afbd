import assert from "node:assert/strict";
import pg from "pg";
import { databaseKinds } from "../databases.js";
import { ask, type Rig, startRig, stopRig } from "../harness.js";
import { VendorClient } from "../vendor-client.js";

interface Outcome {
  readonly status: string;
  readonly result?: unknown;
}

for (const kind of databaseKinds) {
  describe(`remote procedures, with ${kind.name}`, () => {
    let rig: Rig;
    let acme: VendorClient;
    let url: string | undefined;

    beforeEach(async function () {
      url = await kind.create(this);
      rig = await startRig({ database: url });
      acme = await VendorClient.create(rig, "acme");
    });

    afterEach(async () => {
      await stopRig(rig);
      assert.deepEqual(rig.logged, []);
    });

    async function call(cik: string, procedure: string, ...values: unknown[]): Promise<Outcome> {
      const calls = [{ id: 7, procedure, arguments: values }];
      const body = JSON.stringify({ auth: { cik }, calls });
      const target = "/onep:v1/rpc/process";
      const reply = await ask(rig.service.port, { method: "POST", target, body });
      const [outcome] = JSON.parse(Buffer.from(reply.body, "latin1").toString()) as (Outcome & {
        id: number;
      })[];
      assert.equal(outcome?.id, 7);
      return outcome;
    }

    async function make(
      cik: string,
      description: object = {},
    ): Promise<{ rid: string; cik: string }> {
      const { result: rid } = await call(cik, "create", "client", description);
      const { result } = await call(cik, "info", rid, { key: true });
      return { rid: rid as string, cik: (result as { key: string }).key };
    }

    it("keeps what is said of a client, the latest of each field", async () => {
      const { cik } = acme.credentials;
      const { rid } = await make(cik, { name: "tést", meta: "1", limits: { client: 2 } });
      assert.deepEqual(await call(cik, "update", rid, { meta: '{"sn":"1"}' }), {
        id: 7,
        status: "ok",
      });
      const { result } = await call(cik, "info", rid, { description: true });
      assert.deepEqual(result, {
        description: {
          locked: false,
          meta: '{"sn":"1"}',
          name: "tést",
          public: false,
          limits: { client: 2 },
        },
      });
    });

    it("holds descriptions to their limit over many updates", async () => {
      const { cik } = acme.credentials;
      const { rid } = await make(cik);
      const statuses: string[] = [];
      for (const field of ["a", "b", "c", "d"]) {
        statuses.push((await call(cik, "update", rid, { [field]: "x".repeat(1500) })).status);
      }
      assert.deepEqual(statuses, ["ok", "ok", "limit", "limit"]);
    });

    it("lets a made client own devices, and tells their status", async () => {
      const portal = await make((await make(acme.credentials.cik)).cik);
      await acme.createModel("m");
      await acme.addSerial("m", "1");
      const body = `enable=true&owner=${portal.rid}`;
      const { body: rid, status } = await acme.post("/provision/manage/model/m/1", body);
      assert.equal(status, 200);
      const told = async (): Promise<unknown> => (await call(portal.cik, "info", rid, {})).result;
      const { key: cik, basic } = (await told()) as { key: string; basic: unknown };
      assert.deepEqual(basic, { type: "client", status: "notactivated" });
      assert.equal((await acme.activate("m", "1")).body, cik);
      const description = { locked: false, meta: "", name: "", public: false };
      const activated = { basic: { type: "client", status: "activated" }, description, key: cik };
      assert.deepEqual(await told(), activated);
      for (const change of ["update", "drop"]) {
        assert.equal((await call(cik, change, portal.rid, {})).status, "restricted");
      }
    });

    it("drops a client with all below it and all they have", async () => {
      const top = await make(acme.credentials.cik, { name: "top" });
      const below = await make(top.cik, { name: "below" });
      await acme.createModel("m");
      await acme.addSerial("m", "1");
      await acme.post("/provision/manage/model/m/1", `enable=true&owner=${below.rid}`);
      const { body: cik } = await acme.activate("m", "1");
      const headers = [`X-Exosite-CIK: ${cik}`];
      const target = "/onep:v1/stack/alias";
      const write = { method: "POST", target, headers, body: "a=1" };
      assert.equal((await ask(rig.service.port, write)).status, 204);

      assert.equal((await call(below.cik, "drop", top.rid)).status, "restricted");
      assert.equal((await call(acme.credentials.cik, "drop", top.rid)).status, "ok");
      assert.equal((await ask(rig.service.port, write)).status, 401);
      // S-24: the serial is there, its client was removed behind it.
      assert.equal((await acme.get("/provision/manage/model/m/1")).status, 409);
      assert.equal((await call(acme.credentials.cik, "info", below.rid, {})).status, "restricted");
    });

    it("drops nobody who holds a vendor name or models", async () => {
      const { cik } = acme.credentials;
      const top = await make(cik);
      const held = await make(top.cik);
      const headers = [`X-Exosite-CIK: ${held.cik}`];
      const register = { method: "POST", target: "/provision/register", headers };
      await ask(rig.service.port, { ...register, body: "vendor=held" });
      const manage = { method: "POST", target: "/provision/manage/model/", headers };
      await ask(rig.service.port, { ...manage, body: `model=m&rid=${held.rid}` });
      assert.equal((await call(cik, "drop", top.rid)).status, "restricted");
      await ask(rig.service.port, { ...register, body: "vendor=held&delete=true" });
      assert.equal((await call(cik, "drop", top.rid)).status, "restricted");
      assert.equal((await call(cik, "info", held.rid, {})).status, "ok");
    });

    it("run again when the database undid them for another transaction", async function () {
      if (kind.name !== "PostgreSQL") this.skip();
      const { rid } = await make(acme.credentials.cik);
      const client = new pg.Client(url);
      await client.connect();
      // Undoes two changes of clients as a deadlock would. What a sequence has given stays given.
      await client.query(`
        create sequence changes;
        create function undo() returns trigger language plpgsql as $$ begin
          if nextval('changes') <= 2 then raise exception using errcode = '40P01'; end if;
          return coalesce(new, old);
        end $$;
        create trigger undo before insert or delete on clients
          for each row execute function undo();`);
      assert.equal((await call(acme.credentials.cik, "create", "client", {})).status, "ok");
      await client.query("alter sequence changes restart");
      assert.equal((await call(acme.credentials.cik, "drop", rid)).status, "ok");
      await client.end();
    });

    it("makes no more clients than an owner may have", async () => {
      const owner = await rig.service.admin.createOwner({ vendor: "acme", clientsMax: 1 });
      assert.equal((await call(owner.cik, "create", "client", {})).status, "ok");
      assert.equal((await call(owner.cik, "create", "client", {})).status, "limit");
    });
  });
}
