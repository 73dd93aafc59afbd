import assert from "node:assert/strict";
import { databaseKinds } from "../databases.js";
import fc from "fast-check";
import { type Rig, startRig, startSeconds, stopRig } from "../harness.js";
import { VendorClient } from "../vendor-client.js";

for (const kind of databaseKinds) {
  describe(`groups, with ${kind.name}`, () => {
    let rig: Rig;
    let acme: VendorClient;

    beforeEach(async function () {
      rig = await startRig({ database: await kind.create(this) });
      acme = await VendorClient.create(rig, "acme");
      await acme.createModel("m");
      for (const sn of ["1", "2"]) await acme.addSerial("m", sn);
    });

    afterEach(async () => {
      await stopRig(rig);
      assert.deepEqual(rig.logged, []);
    });

    async function create(groups: string, contents: string): Promise<void> {
      for (const group of groups) await acme.createGroup("m", group);
      for (const content of contents) await acme.createContent("m", content, "&protected=true");
    }

    async function readable(sn: string): Promise<string> {
      const reply = await acme.get(`/provision/manage/content/m/?sn=${sn}`);
      assert.equal(reply.status, 200);
      return reply.body.replaceAll("\r\n", "");
    }

    async function remove(target: string): Promise<void> {
      const reply = await acme.ask({ method: "DELETE", target: `/provision/manage${target}` });
      assert.equal(reply.status, 205);
    }

    it("let a serial read the contents of groups that hold it, over any depth", async () => {
      await create("ghij", "xyz");
      await acme.addMembers("m", "g", "sn,1", "content,x");
      await acme.addMembers("m", "h", "group,g", "content,y");
      await acme.addMembers("m", "i", "group,h", "content,z");
      assert.equal(await readable("1"), "xyz");
      assert.equal(await readable("2"), "");
    });

    it("do not leak a content to the group's own holders", async () => {
      await create("abs", "xy");
      await acme.addMembers("m", "a", "group,b", "group,s", "sn,1");
      await acme.addMembers("m", "b", "content,x", "sn,2");
      await acme.addMembers("m", "s", "content,y");
      assert.equal(await readable("1"), "");
      assert.equal(await readable("2"), "x");
    });

    it("stop when any edge on the way expires", async () => {
      const edges = ["sn,1", "group,g", "content,x"];
      for (const [at, member] of edges.entries()) {
        const [inner, outer] = [`g${at}`, `h${at}`];
        const content = `x${at}`;
        await acme.createContent("m", content, "&protected=true");
        for (const group of [inner, outer]) await acme.createGroup("m", group);
        const until = (text: string): string => (text === member ? `,${startSeconds + 10}` : "");
        await acme.addMembers("m", inner, `sn,1${until("sn,1")}`);
        await acme.addMembers("m", outer, `group,${inner}${until("group,g")}`);
        await acme.addMembers("m", outer, `content,${content}${until("content,x")}`);
      }
      rig.clock.seconds += 9;
      assert.equal(await readable("1"), "x0x1x2");
      rig.clock.seconds += 1;
      assert.equal(await readable("1"), "");
    });

    it("let a device read what its serial may, and no longer when the group goes", async () => {
      const cik = await acme.addDevice("m", "3");
      await create("g", "x");
      await acme.upload("m", "x", "0123456789");
      assert.equal((await acme.download("m", "x", cik)).status, 403);
      await acme.addMembers("m", "g", "sn,3", "content,x");
      assert.equal((await acme.download("m", "x", cik)).body, "0123456789");
      await remove("/group/m/g");
      assert.equal((await acme.download("m", "x", cik)).status, 403);
    });

    it("forget what is deleted: it comes back to none of them", async () => {
      await create("gh", "x");
      await acme.addMembers("m", "g", "sn,1", "content,x");
      await acme.addMembers("m", "h", "group,g");
      for (const target of ["/content/m/x", "/model/m/1", "/group/m/g"]) await remove(target);
      await acme.addSerial("m", "1");
      await create("g", "x");
      for (const group of ["g", "h"]) {
        assert.equal((await acme.get(`/provision/manage/group/m/${group}/`)).status, 204);
      }
    });

    it("take a batch of thousands, or none of it", async () => {
      await create("g", "");
      await acme.addRanges("m", { format: "base10", length: 4, first: 0, last: 9999 });
      const rows = Array.from({ length: 2500 }, (_, at) => `sn,${String(at).padStart(4, "0")}`);
      const type = ["Content-Type: text/csv"];
      const target = "/provision/manage/group/m/g/";
      assert.equal((await acme.post(target, [...rows, "sn,no"].join("\n"), type)).status, 404);
      assert.equal((await acme.get(target)).status, 204);
      assert.equal((await acme.post(target, rows.join("\n"), type)).status, 205);
      assert.equal((await acme.get("/provision/manage/group/m/g")).body, ",2500\r\n");
    });

    it("never hold themselves, and grant what a walk over their edges finds", async () => {
      const names = ["a", "b", "c", "d", "e"];
      await create(names.join(""), "x");
      const edges = new Set<string>();
      const reaches = (from: string, to: string): boolean =>
        from === to || [...edges].some((e) => e.startsWith(from) && reaches(e.charAt(1), to));
      const name = fc.constantFrom(...names);
      const [steps] = fc.sample(fc.array(fc.tuple(name, name), { minLength: 40 }), {
        numRuns: 1,
        seed: 1,
      });
      for (const [outer, inner] of steps ?? []) {
        const target = `/provision/manage/group/m/${outer}/`;
        const { status } = await acme.post(target, `type=group&id=${inner}`);
        assert.equal(status, reaches(inner, outer) ? 409 : 205, `${outer} > ${inner}`);
        if (status === 205) edges.add(outer + inner);
      }
      await acme.addMembers("m", "e", "sn,1");
      for (const holder of names) {
        await acme.addMembers("m", holder, "content,x");
        assert.equal(await readable("1"), reaches(holder, "e") ? "x" : "", holder);
        const body = "type=content&id=x&delete=true";
        await acme.change(`/group/m/${holder}/`, body);
      }
    });
  });
}
