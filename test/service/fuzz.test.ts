// Requests bent out of shape: whatever comes, the service answers something well-formed or closes,
// logs no internal error, and goes on serving. A failure prints fast-check's seed and path.

import assert from "node:assert/strict";
import fc from "fast-check";
import { tally } from "../support/tally.js";
import { databaseKinds } from "./databases.js";
import {
  ask,
  RawClient,
  requestText,
  type Rig,
  splitReplies,
  startRig,
  stopRig,
  type WireReply,
  type WireRequest,
} from "./harness.js";
import { VendorClient } from "./vendor-client.js";

const runs = 600;
const pipelines = 150;

/** What a vendor may ask: `POST target body`, with CSV and JSON as they look. */
function managed(headers: readonly string[], rid: string): WireRequest[] {
  const range = '{"format":"mac:48","length":null,"casing":"upper","first":1,"last":9}';
  const texts = [
    "GET /model/",
    `POST /model/ model=n&rid=${rid}&options[]=noaliases`,
    "GET /model/m",
    `PUT /model/m rid=${rid}&options[]=nocomments`,
    "GET /model/m/?offset=0&limit=5&status=true&shared=acme",
    "GET /model/m/?show=ranges",
    "POST /model/m/ sn=2",
    'POST /model/m/ 3,"x"\r\n4\r\n',
    `POST /model/m/ {"ranges":[${range}]}`,
    "POST /model/m/ delete=true&sn[]=3&sn[]=4",
    `DELETE /model/m/ {"ranges":[${range}]}`,
    "DELETE /model/m/ 3,\r\n",
    "GET /model/m/1",
    "GET /model/m/1?show=log",
    `POST /model/m/2 enable=true&owner=${rid}`,
    "POST /model/m/2 enable=true&oldsn=1",
    "POST /model/m/2 disable=true",
    "POST /content/m/ id=a&meta=x",
    "POST /content/m/a abc",
    "GET /content/m/a?download=true",
    "GET /content/m/a?sn=1",
    "POST /group/m/ id=h&meta=x",
    "GET /group/m/g/?type=sn&id=1",
    "POST /group/m/g/ type=sn&id[]=1&expire=1500000000&meta=x",
    "POST /group/m/g/ sn,1,,x\r\ngroup,h\r\n",
    "DELETE /group/m/g/ sn,1\r\n",
    "POST /share/m/ vendor=acme",
    "GET /share/m/acme",
  ];
  return texts.map((text) => {
    const [method = "", path = "", ...rest] = text.split(" ");
    const body = rest.join(" ");
    const type = body.startsWith("{") ? "application/json" : "text/csv";
    const isTyped = body.startsWith("{") || body.includes("\r\n");
    const typed = isTyped ? [...headers, `Content-Type: ${type}`] : headers;
    const target = `/provision/manage${path}`;
    return { method, target, headers: typed, ...(body !== "" && { body }) };
  });
}

for (const kind of databaseKinds) {
  describe(`bent requests, with ${kind.name}`, function () {
    this.timeout(120_000);
    let rig: Rig;
    let seeds: string[];
    const counts = { connections: 0, replies: 0, closed: 0 };

    before(async function () {
      const limits = { discardTimeMs: 50 };
      rig = await startRig({ database: await kind.create(this), options: { limits } });
      await populateOther(await VendorClient.create(rig, "other"));
      const acme = await VendorClient.create(rig, "acme");
      await acme.createModel("m");
      const cik = await acme.addDevice("m", "1");
      await acme.createContent("m", "fw-1");
      await acme.upload("m", "fw-1", "0123456789");
      await acme.createGroup("m", "g");
      const device = [`X-Exosite-CIK: ${cik}`];
      const vendor = [acme.tokenHeader];
      const client = [`X-Exosite-CIK: ${acme.credentials.cik}`];
      const download = "/provision/download?vendor=acme&model=m";
      const view = "alias[]=t&starttime=0&endtime=9&limit=5&access[]=data&expire=1500000000";
      seeds = [
        ...managed(vendor, acme.credentials.rid),
        { method: "POST", target: "/provision/activate", body: "vendor=acme&model=m&sn=1" },
        { method: "GET", target: download, headers: device },
        { method: "GET", target: `${download}&id=fw-1`, headers: [...device, "Range: bytes=0-3"] },
        { method: "GET", target: `${download}&id=fw-1&info=true`, headers: device },
        { method: "GET", target: "/provision/register", headers: client },
        { method: "POST", target: "/provision/register", headers: client, body: "vendor=acme" },
        { method: "POST", target: "/provision/admin/auth/", headers: client, body: "id=a" },
        { method: "GET", target: "/provision/admin/auth/a", headers: client },
        { method: "GET", target: "/ip" },
        { method: "POST", target: "/onep:v1/stack/alias", headers: device, body: "t=1&u=x" },
        { method: "GET", target: "/onep:v1/stack/alias?t&u", headers: device },
        { method: "POST", target: "/jsonp/register", headers: device, body: view },
        { method: "GET", target: "/jsonp?token=a&callback=f&show[]=data" },
        {
          method: "POST",
          target: "/onep:v1/rpc/process",
          body: `{"auth":{"cik":"${cik}"},"calls":[{"id":1,"procedure":"info","arguments":[{"alias":""},{}]}]}`,
        },
      ].map(requestText);
    });

    after(async () => {
      const { connections, replies, closed } = counts;
      tally(
        `bent requests with ${kind.name}: ${connections} connections, ` +
          `${replies} replies, ${closed} closed without one`,
      );
      await stopRig(rig);
    });

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

    /** A request, whole or bent. */
    const request = fc
      .record({ seed: fc.nat(), edits: fc.array(edit, { maxLength: 3 }) })
      .map(({ seed, edits }) => {
        let text = seeds[seed % seeds.length] ?? "";
        for (const { at, length, noise: inserted } of edits) {
          const place = Math.floor(at * text.length);
          text = text.slice(0, place) + inserted + text.slice(place + length);
        }
        return text;
      });

    /** Sends pieces one after the other and returns all that comes until the end. */
    async function converse(pieces: readonly string[]): Promise<WireReply[]> {
      const client = await RawClient.open(rig.service.port);
      for (const piece of pieces) {
        client.send(piece);
        await new Promise(setImmediate);
      }
      client.socket.end();
      const received = await client.untilClosed();
      const replies = splitReplies(received);
      const taken = replies.reduce((sum, { head, body }) => sum + head.length + body.length, 0);
      assert.equal(taken, received.length, "something that is no reply");
      assert.ok(
        replies.every(({ status }) => status < 500),
        "an error of the service's own",
      );
      assert.ok(!received.includes(marker), "another vendor's data");
      counts.connections++;
      counts.replies += replies.length;
      if (replies.length === 0) counts.closed++;
      return replies;
    }

    it(`are answered or refused, ${runs} of them one by one`, async () => {
      const answered = new Set<number>();
      await fc.assert(
        fc.asyncProperty(request, async (text) => {
          for (const { status } of await converse([text])) answered.add(status);
        }),
        { numRuns: runs },
      );
      // The rig test: requests were bent, and not only refused by the parser.
      assert.ok(answered.has(400) && answered.has(200) && answered.size >= 5);
      await assertWell();
    });

    it(`are answered in order or refused, ${pipelines} times several at once, cut anywhere`, async () => {
      const pipeline = fc.record({
        requests: fc.array(request, { minLength: 2, maxLength: 6 }),
        cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
      });
      await fc.assert(
        fc.asyncProperty(pipeline, async ({ requests, cuts }) => {
          const text = requests.join("");
          const places = cuts.map((cut) => Math.floor(cut * text.length)).sort((a, b) => a - b);
          const ends = [...places, text.length];
          await converse(ends.map((end, at) => text.slice(ends[at - 1] ?? 0, end)));
        }),
        { numRuns: pipelines },
      );
      await assertWell();
    });

    async function assertWell(): Promise<void> {
      assert.deepEqual(rig.logged, []);
      const alive = await ask(rig.service.port, { method: "GET", target: "/timestamp" });
      assert.equal(alive.status, 200);
    }
  });
}

/** In all that the other vendor has; no request here has its keys. */
const marker = "for-nobody-elses-eyes";

async function populateOther(other: VendorClient): Promise<void> {
  await other.createModel("m");
  await other.change("/model/m/", `1,${marker}\n`, ["Content-Type: text/csv"]);
  await other.createContent("m", "fw-1", `&meta=${marker}`);
  await other.upload("m", "fw-1", marker);
  await other.createGroup("m", "g", marker);
  await other.addMembers("m", "g", `sn,1,,${marker}`);
}
