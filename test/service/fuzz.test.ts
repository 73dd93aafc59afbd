// Requests bent out of shape: whatever comes, the service answers something well-formed or closes,
// logs no internal error, and goes on serving. A failure prints fast-check's seed and path.

import assert from "node:assert/strict";
import fc from "fast-check";
import { ask, RawClient, requestText, splitReplies, startRig, stopRig } from "./harness.js";
import type { Rig } from "./harness.js";
import { VendorClient } from "./vendor-client.js";

const runs = 300;

describe("bent requests", () => {
  let rig: Rig;
  let seeds: string[];

  before(async () => {
    rig = await startRig({ options: { limits: { discardTimeMs: 50 } } });
    const acme = await VendorClient.create(rig, "acme");
    await acme.createModel("m");
    const cik = await acme.addDevice("m", "1");
    await acme.createContent("m", "fw-1");
    await acme.upload("m", "fw-1", "0123456789");
    const device = [`X-Exosite-CIK: ${cik}`];
    const vendor = [acme.tokenHeader];
    const download = "/provision/download?vendor=acme&model=m";
    seeds = [
      { method: "POST", target: "/provision/activate", body: "vendor=acme&model=m&sn=1" },
      { method: "GET", target: download, headers: device },
      { method: "GET", target: `${download}&id=fw-1`, headers: [...device, "Range: bytes=0-3"] },
      { method: "GET", target: `${download}&id=fw-1&info=true`, headers: device },
      { method: "POST", target: "/provision/manage/model/m/", headers: vendor, body: "sn=2" },
      {
        method: "POST",
        target: "/provision/manage/model/m/",
        headers: [...vendor, "Content-Type: text/csv"],
        body: '3,"x"\r\n4\r\n',
      },
      { method: "POST", target: "/provision/manage/model/m/1", headers: vendor, body: "disable=1" },
      { method: "POST", target: "/provision/manage/content/m/", headers: vendor, body: "id=a" },
      { method: "POST", target: "/provision/manage/content/m/a", headers: vendor, body: "abc" },
      { method: "GET", target: "/provision/manage/content/m/a?download=true", headers: vendor },
    ].map(requestText);
  });

  after(() => stopRig(rig));

  /** Bytes that mean something somewhere, and any others. */
  const noise = fc.oneof(
    fc.constantFrom(
      "\r\n",
      "\0",
      "%00",
      "%",
      "&",
      "=",
      "/",
      "..",
      "\xff",
      "bytes=-",
      "[]",
      '"',
      ",",
    ),
    fc.string({ unit: "binary-ascii", maxLength: 8 }),
    fc.constant("A".repeat(9000)),
  );

  /** One edit: `length` characters at a place, as a fraction of the text, become `text`. */
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(6),
    noise,
  });

  it(`survives ${String(runs)} of them`, async function () {
    const answered = new Set<number>();
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(edit, { maxLength: 3 }), async (seed, edits) => {
        let text = seeds[seed % seeds.length] ?? "";
        for (const { at, length, noise: inserted } of edits) {
          const place = Math.floor(at * text.length);
          text = text.slice(0, place) + inserted + text.slice(place + length);
        }
        const client = await RawClient.open(rig.service.port);
        client.socket.end(text, "latin1");
        const received = await client.untilClosed();
        const replies = splitReplies(received);
        for (const { status } of replies) answered.add(status);
        const taken = replies.reduce((sum, { head, body }) => sum + head.length + body.length, 0);
        assert.equal(taken, received.length);
        assert.ok(replies.every(({ status }) => status < 500));
      }),
      { numRuns: runs },
    );
    // The rig test: requests were bent, and not only refused by the parser.
    assert.ok(answered.has(400) && answered.has(200) && answered.size >= 5);
    assert.deepEqual(rig.logged, []);
    const alive = await ask(rig.service.port, { method: "GET", target: "/timestamp" });
    assert.equal(alive.status, 200);
  });
});
