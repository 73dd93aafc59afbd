// The wire, exactly: a row per procedure and status, request in, bytes out. Order, case and line
// ends count; nothing may be added (S-01 to S-07, S-13, S-38).

import assert from "node:assert/strict";
import { databaseKinds } from "../databases.js";
import { contentRows } from "./content-rows.js";
import { deviceRows, otherRows } from "./device-rows.js";
import { exchange, type Rig, startRig, stopRig } from "../harness.js";
import { groupRows, prepareGroups } from "./group-rows.js";
import { keyRows } from "./key-rows.js";
import { listedStatuses } from "./listed-statuses.js";
import { modelRows, prepareModels } from "./model-rows.js";
import { remoteRows } from "./remote-rows.js";
import { oneSerialRows } from "./one-serial-rows.js";
import { prepareSerials, serialRows } from "./serial-rows.js";
import { prepareShares, shareRows } from "./share-rows.js";
import { tokenRows } from "./token-rows.js";
import { prepareData, utilityRows } from "./utility-rows.js";
import { tally } from "../../support/tally.js";
import { VendorClient } from "../vendor-client.js";
import { activation, blob, type Fixture, own, type Row } from "./wire-row.js";

const procedureCount = 70;

const rows = [
  ...contentRows,
  ...modelRows,
  ...serialRows,
  ...oneSerialRows,
  ...groupRows,
  ...shareRows,
  ...tokenRows,
  ...deviceRows,
  ...keyRows,
  ...remoteRows,
  ...utilityRows,
  ...otherRows,
];

/** The status that a row expects. */
function statusOf({ expected }: Row): number {
  const text = typeof expected === "string" ? expected : expected.source.replace(/^\^/, "");
  return Number(/^HTTP\/1\\?\.1 (\d{3})/.exec(text.replace("HTTP\\/", "HTTP/"))?.[1]);
}

/** `<number>: <status>` of what no row shows. */
const missing = listedStatuses.flatMap((statuses, index) => {
  const found = rows.filter(({ number }) => number === index + 1).map(statusOf);
  return statuses
    .filter((status) => !found.includes(status))
    .map((status) => `${index + 1}: ${status}`);
});
const shown = procedureCount - new Set(missing.map((text) => parseInt(text, 10))).size;

/** Two devices that were alive, one of a serial and one of a model that is deleted since. */
async function prepareDeletions(acme: VendorClient): Promise<Fixture["deadKeys"]> {
  const serial = await acme.addDevice("m", "deleted");
  await acme.createModel("deleted");
  const model = await acme.addDevice("deleted", "1");
  for (const target of ["/model/m/deleted", "/model/deleted"]) {
    const reply = await acme.ask({ method: "DELETE", target: `/provision/manage${target}` });
    assert.equal(reply.status, 205);
  }
  return { serial, model };
}

for (const kind of databaseKinds) {
  describe(`the Provision API on the wire, with ${kind.name}`, () => {
    let rig: Rig;
    let fixture: Fixture;

    before(async function () {
      rig = await startRig({ database: await kind.create(this) });
      const acme = await VendorClient.create(rig, "acme");
      const other = await VendorClient.create(rig, "other");
      for (const model of ["m", "bare", "work"]) await acme.createModel(model);
      for (const sn of ["free", "free2", "free3"]) await acme.addSerial("m", sn);
      await acme.addSerial("work", "kept");
      for (const sn of ["waiting", "waiting2", "again", "disabled"]) {
        await acme.addSerial("m", sn);
        await acme.enable("m", sn);
      }
      const cik = await acme.addDevice("m", "active");
      await acme.createContent("m", "fw-1", "&meta=version%3D1.0.0");
      await acme.createContent("m", "Z-1");
      await acme.createContent("m", "empty", "&description=a%2C%22b%22&protected=false");
      await acme.createContent("m", "secret", "&protected=true");
      for (const id of ["fw-1", "secret"]) await acme.upload("m", id, blob);
      for (const id of ["upload", "gone", "gone-by-form", "gone-with-body"]) {
        await acme.createContent("work", id);
      }
      const deadKeys = await prepareDeletions(acme);
      const nobody = await rig.service.admin.createOwner({ vendor: null });
      fixture = { acme, other, cik, deadKeys, nobody };
      await prepareModels(acme);
      await prepareSerials(acme);
      await prepareGroups(acme);
      await prepareShares(acme, other);
      await prepareData(fixture, rig);
    });

    after(async () => {
      await stopRig(rig);
      assert.deepEqual(rig.logged, []);
    });

    for (const row of rows) {
      it(`#${row.number} ${row.title}`, async () => {
        const received = await exchange(rig.service.port, row.request(fixture));
        if (typeof row.expected === "string") assert.equal(received, row.expected);
        else assert.match(received, row.expected);
      });
    }

    it(`shows every listed status of ${shown} of ${procedureCount} procedures`, () => {
      tally(
        `conformance with ${kind.name}: ${shown} of ${procedureCount} procedures, ` +
          `each with every listed status, in ${rows.length} exchanges`,
      );
      assert.deepEqual(missing, []);
      assert.equal(listedStatuses.length, procedureCount);
    });

    it("answers an activation within 198 bytes, kept alive, with the longest date there is", async () => {
      await fixture.acme.addSerial("m", "measured");
      await fixture.acme.enable("m", "measured");
      const received = await exchange(rig.service.port, activation(`${own}&sn=measured`)(fixture));
      const keptAlive = received.replace("Connection: Close", "Connection: Keep-Alive");
      assert.ok(keptAlive.length <= 198, `${keptAlive.length} bytes`);
      assert.match(received, /^Date: \w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT\r$/m);
    });
  });
}
