// Who may do what: the matrix of access-rows.ts, and what another vendor learns or changes by it.

import assert from "node:assert/strict";
import { databaseKinds } from "../databases.js";
import { type AccessRow, accessRows, type Column, columns } from "../conformance/access-rows.js";
import { ask, type Rig, startRig, stopRig, type WireReply } from "../harness.js";
import { tally } from "../../support/tally.js";
import { VendorClient } from "../vendor-client.js";

/** In every free text of acme's; whoever sees it sees acme's data. */
const marker = "for-the-eyes-of-acme";

interface Cast {
  readonly acme: VendorClient;
  readonly other: VendorClient;
  readonly friend: VendorClient;
  /** Of acme's device `s` of the model `t`. */
  readonly cik: string;
  readonly view: string;
}

/** The model that a column works on: those that succeed have one of their own. */
function modelOf(column: Column): string {
  if (column === "the vendor's CIK") return "c";
  return column === "the token of a vendor that shares the model" ? "f" : "t";
}

function keyOf(column: Column, { acme, other, friend, cik }: Cast): string[] {
  switch (column) {
    case "no key":
      return [];
    case "an unknown key":
      return [`X-Exosite-CIK: ${"0".repeat(40)}`];
    case "a device's CIK":
      return [`X-Exosite-CIK: ${cik}`];
    case "another vendor's CIK":
      return [`X-Exosite-CIK: ${other.credentials.cik}`];
    case "another vendor's token":
      return [other.tokenHeader];
    case "the vendor's token":
      return [acme.tokenHeader];
    case "the vendor's CIK":
      return [`X-Exosite-CIK: ${acme.credentials.cik}`];
    case "the token of a vendor that shares the model":
      return [friend.tokenHeader, "X-Exosite-Vendor: acme"];
  }
}

/** All that the rows read, change and delete, in one model. Returns the CIK of the device `s`. */
async function populate(acme: VendorClient, model: string): Promise<string> {
  for (const name of [model, `${model}29`, `${model}32`]) await acme.createModel(name);
  const type = "Content-Type: text/csv";
  const serials = ["s39", "s40", "t40", "s41", "s46", "s47", "t47", "s48", "s50"];
  await acme.change(`/model/${model}/`, serials.map((sn) => `${sn},${marker}\n`).join(""), [type]);
  for (const sn of ["s47", "s48"]) await acme.enable(model, sn);
  for (const content of ["c", "c4", "c10", "c11"]) {
    await acme.createContent(model, content, `&meta=${marker}`);
  }
  await acme.upload(model, "c", marker);
  for (const group of ["g", "h", "g14", "g17"]) await acme.createGroup(model, group, marker);
  for (const vendor of ["friend", "third"]) await acme.share(model, vendor);
  const cik = await acme.addDevice(model, "s");
  await acme.addMembers(model, "g", `sn,s,,${marker}`, "content,c", "group,h");
  return cik;
}

/** What acme sees of all that it has. */
async function picture(acme: VendorClient): Promise<string> {
  const targets = ["c", "f", "t"].flatMap((model) => [
    ...[`/model/${model}`, `/model/${model}/?status=true&limit=1000`],
    ...[`/model/${model}/?show=ranges`, `/model/${model}/s`, `/model/${model}/s?show=log`],
    ...[`/content/${model}/`, `/content/${model}/c`, `/content/${model}/c10`],
    ...[`/group/${model}/`, `/group/${model}/g/`, `/group/${model}/h/`, `/share/${model}/`],
  ]);
  const replies = ["/model/", ...targets].map(async (target) => {
    const { status, body } = await acme.get(`/provision/manage${target}`);
    return `${target} ${status} ${body}`;
  });
  return (await Promise.all(replies)).join("\n");
}

for (const kind of databaseKinds) {
  describe(`access, with ${kind.name}`, () => {
    let rig: Rig;
    let cast: Cast;
    let exchanges = 0;

    before(async function () {
      rig = await startRig({ database: await kind.create(this) });
      const acme = await VendorClient.create(rig, "acme");
      const other = await VendorClient.create(rig, "other");
      const friend = await VendorClient.create(rig, "friend");
      await VendorClient.create(rig, "third");
      for (const model of ["c", "f"]) await populate(acme, model);
      const cik = await populate(acme, "t");
      const headers = [`X-Exosite-CIK: ${acme.credentials.cik}`];
      const post = (target: string, body: string): Promise<WireReply> =>
        ask(rig.service.port, { method: "POST", target, headers, body });
      for (const id of ["t61", "t62", "t63"]) await post("/provision/admin/auth/", `id=${id}`);
      const range = "starttime=0&endtime=1&limit=1&access=data&expire=2000000000";
      const view = (await post("/jsonp/register", `alias=a&${range}`)).body;
      cast = { acme, other, friend, cik, view };
    });

    after(async () => {
      tally(
        `access with ${kind.name}: ${exchanges} exchanges, of ${accessRows.length} ` +
          `procedures with ${columns.length} kinds of key`,
      );
      await stopRig(rig);
      assert.deepEqual(rig.logged, []);
    });

    function send(
      row: AccessRow,
      column: Column,
      more: readonly string[] = [],
    ): Promise<WireReply> {
      const { rid } = cast.acme.credentials;
      const text = row.request
        .replaceAll("$M", modelOf(column))
        .replaceAll("$OWNER", rid)
        .replaceAll("$VIEW", cast.view);
      const [method = "", target = "", ...rest] = text.split(" ");
      const headers = [...keyOf(column, cast), ...more];
      if (rest.length === 0) return ask(rig.service.port, { method, target, headers });
      const sent = rest.join(" ");
      if (sent.startsWith("{")) headers.push("Content-Type: application/javascript");
      if (sent.startsWith("rows:")) headers.push("Content-Type: text/csv");
      const body = sent.replace(/^rows:/, "");
      return ask(rig.service.port, { method, target, headers, body });
    }

    /** Acme's name back, where a row has given it away. */
    async function restoreName(): Promise<void> {
      const headers = [`X-Exosite-CIK: ${cast.acme.credentials.cik}`];
      const body = "vendor=acme";
      await ask(rig.service.port, { method: "POST", target: "/provision/register", headers, body });
    }

    it("is told of for all 70 procedures", () => {
      const numbers = accessRows.map(({ number }) => number).sort((one, two) => one - two);
      assert.deepEqual(
        numbers,
        Array.from({ length: 70 }, (_, at) => at + 1),
      );
    });

    // Columns that may change nothing of acme's come first, and are seen to have changed nothing.
    for (const [at, column] of columns.entries()) {
      it(`is as it should be with ${column}`, async () => {
        const isOwn = column === "the vendor's token" || column === "the vendor's CIK";
        const isStranger = at < 5;
        const before = await picture(cast.acme);
        for (const row of accessRows) {
          const reply = await send(row, column);
          const expected = Number(row.statuses.split(" ")[at]);
          exchanges++;
          assert.equal(reply.status, expected, `#${row.number} ${row.request}`);
          const isDevice = column === "a device's CIK" && [65, 66, 67].includes(row.number);
          if (!isOwn && !isDevice) assert.ok(!reply.body.includes(marker), row.request);
          if (row.number === 58) await restoreName();
        }
        if (isStranger) assert.equal(await picture(cast.acme), before);
        else assert.notEqual(await picture(cast.acme), before);
      });
    }

    it("is refused to a vendor that names another without a share", async () => {
      const before = await picture(cast.acme);
      for (const row of accessRows.filter(({ request }) => request.includes("/manage/"))) {
        const reply = await send(row, "another vendor's token", ["X-Exosite-Vendor: acme"]);
        assert.equal(reply.status, 403, `#${row.number} ${row.request}`);
      }
      assert.equal(await picture(cast.acme), before);
    });
  });
}
