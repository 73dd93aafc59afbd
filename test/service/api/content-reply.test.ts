import assert from "node:assert/strict";
import { databaseKinds } from "../databases.js";
import { randomBytes } from "node:crypto";
import { pieceBytes } from "../../../src/service/limits.js";
import { RawClient, requestText, type Rig, splitReplies, startRig, stopRig } from "../harness.js";
import { VendorClient } from "../vendor-client.js";

for (const kind of databaseKinds) {
  describe(`the ranges of a content, with ${kind.name}`, () => {
    let rig: Rig;
    let acme: VendorClient;
    let cik: string;
    /** Three pieces and a bit. */
    const large = randomBytes(3 * pieceBytes + 1000).toString("latin1");
    const largeSize = large.length;

    before(async function () {
      rig = await startRig({ database: await kind.create(this) });
      acme = await VendorClient.create(rig, "acme");
      await acme.createModel("m");
      cik = await acme.addDevice("m", "1");
      for (const [id, blob] of [
        ["small", "0123456789"],
        ["large", large],
        ["exact", "x".repeat(2 * pieceBytes)],
        ["empty", ""],
      ] as const) {
        await acme.createContent("m", id);
        await acme.upload("m", id, blob);
      }
    });

    after(async () => {
      await stopRig(rig);
      assert.deepEqual(rig.logged, []);
    });

    // S-51, line by line: headers, status, Content-Range, body.
    const rows: readonly (readonly [string[], number, string | undefined, string])[] = [
      [[], 200, undefined, "0123456789"],
      [["Range: bytes=0-3"], 206, "bytes 0-3/10", "0123"],
      [["Range: bytes=9-9"], 206, "bytes 9-9/10", "9"],
      [["range:bytes=4-"], 206, "bytes 4-9/10", "456789"],
      [["Range: bytes=8-255"], 206, "bytes 8-9/10", "89"],
      [["Range: bytes=0-99999999999999999999"], 206, "bytes 0-9/10", "0123456789"],
      [["Range: bytes=0-9"], 206, "bytes 0-9/10", "0123456789"],
      [["Range: bytes=-4"], 206, "bytes 6-9/10", "6789"],
      [["Range: bytes=-11"], 206, "bytes 0-9/10", "0123456789"],
      [["Range: bytes=-0"], 416, "bytes */10", ""],
      [["Range: bytes=10-"], 416, "bytes */10", ""],
      [["Range: bytes=10-20"], 416, "bytes */10", ""],
      [["Range: bytes=5-4"], 416, "bytes */10", ""],
      [["Range: bytes=-"], 416, "bytes */10", ""],
      [["Range: bytes="], 416, "bytes */10", ""],
      [["Range: bytes=a-b"], 416, "bytes */10", ""],
      [["Range: bytes=+1-2"], 416, "bytes */10", ""],
      [["Range: bytes=0-1,4-5"], 416, "bytes */10", ""],
      [["Range: items=0-1"], 200, undefined, "0123456789"],
      [["Range: bytes=0-1", 'If-Range: "x"'], 200, undefined, "0123456789"],
    ];
    for (const [headers, status, contentRange, body] of rows) {
      it(`answers ${headers.join(" and ") || "no Range"} with ${status}`, async () => {
        const reply = await acme.download("m", "small", cik, ...headers);
        assert.equal(reply.status, status);
        assert.equal(/^Content-Range: (.*)\r$/m.exec(reply.head)?.[1], contentRange);
        if (status !== 416) assert.equal(reply.body, body);
        assert.equal(reply.head.includes("Accept-Ranges: bytes\r\n"), status !== 416);
      });
    }

    it("answers 416 to any range of an empty content, and 200 to none", async () => {
      const reply = await acme.download("m", "empty", cik, "Range: bytes=0-0");
      assert.equal(reply.status, 416);
      assert.match(reply.head, /^Content-Range: bytes \*\/0\r$/m);
      assert.equal((await acme.download("m", "empty", cik)).status, 200);
    });

    for (const [first, last] of [
      [pieceBytes - 1, pieceBytes],
      [0, pieceBytes - 1],
      [pieceBytes, 2 * pieceBytes - 1],
      [pieceBytes - 5, 3 * pieceBytes + 5],
      [largeSize - 1, largeSize - 1],
      [0, largeSize - 1],
    ] as const) {
      it(`gives bytes ${first} to ${last} across pieces`, async () => {
        const range = `Range: bytes=${first}-${last}`;
        const reply = await acme.download("m", "large", cik, range);
        assert.equal(reply.body, large.slice(first, last + 1));
      });
    }

    it("gives the whole of a content that ends with a piece", async () => {
      assert.equal((await acme.download("m", "exact", cik)).body.length, 2 * pieceBytes);
    });

    /** An upload of four bytes, half-way. */
    async function beginUpload(id: string): Promise<RawClient> {
      const slow = await RawClient.open(rig.service.port);
      const line = `POST /provision/manage/content/m/${id} HTTP/1.1`;
      const head = [line, "Host: x", acme.tokenHeader, "Connection: close", "Content-Length: 4"];
      slow.send(`${head.join("\r\n")}\r\n\r\nsl`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return slow;
    }

    it("answers 404 to an upload whose content is deleted meanwhile", async () => {
      await acme.createContent("m", "given-up");
      const slow = await beginUpload("given-up");
      const target = "/provision/manage/content/m/given-up";
      assert.equal((await acme.ask({ method: "DELETE", target })).status, 205);
      slow.send("ow");
      const [reply] = splitReplies(await slow.untilClosed());
      assert.equal(reply?.status, 404);
    });

    it("keeps the upload that is complete first, whichever began first", async () => {
      await acme.createContent("m", "raced");
      const slow = await beginUpload("raced");
      assert.equal((await acme.download("m", "raced", cik)).body, "");
      await acme.upload("m", "raced", "fast");
      slow.send("ow");
      const [reply] = splitReplies(await slow.untilClosed());
      assert.equal(reply?.status, 409);
      assert.equal((await acme.download("m", "raced", cik)).body, "fast");
    });

    it("gives every byte to a reader that pauses", async () => {
      const blob = randomBytes(4 * 1024 * 1024).toString("latin1");
      await acme.createContent("m", "huge");
      await acme.upload("m", "huge", blob);
      const client = await RawClient.open(rig.service.port);
      const target = "/provision/manage/content/m/huge?download=true";
      const headers = [acme.tokenHeader, "Connection: close"];
      client.send(requestText({ method: "GET", target, headers }));
      for (let round = 0; round < 5; round++) {
        client.socket.pause();
        await new Promise((resolve) => setTimeout(resolve, 20));
        client.socket.resume();
        await new Promise((resolve) => client.socket.once("data", resolve));
      }
      const [reply] = splitReplies(await client.untilClosed());
      assert.ok(reply?.body === blob);
    });
  });
}
