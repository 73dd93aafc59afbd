import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { Refusal } from "../../../src/service/errors.js";
import { pieceBytes, piecesPerWrite } from "../../../src/service/limits.js";
import { openStorage, type Storage } from "../../../src/service/stores/storage.js";
import { databaseKinds } from "../databases.js";
import { temporaryDirectory } from "../harness.js";

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield await Promise.resolve(bytes.subarray(at, at + size));
  }
}

for (const kind of databaseKinds) {
  describe(`blobs, with ${kind.name}`, () => {
    let directory: string;
    let storage: Storage;

    beforeEach(async function () {
      directory = await temporaryDirectory();
      const place = { dataDirectory: directory, url: await kind.create(this) };
      storage = await openStorage(place, undefined);
    });

    afterEach(async () => {
      await storage.database.destroy();
      await rm(directory, { recursive: true, force: true });
    });

    async function read(blobId: number, first: number, last: number): Promise<Buffer> {
      const parts: Buffer[] = [];
      for await (const part of storage.blobs.read(blobId, first, last)) parts.push(part);
      return Buffer.concat(parts);
    }

    async function pieceCount(): Promise<number> {
      return (await storage.database.selectFrom("pieces").select("number").execute()).length;
    }

    const batch = pieceBytes * piecesPerWrite;
    for (const size of [0, 1, pieceBytes - 1, pieceBytes, pieceBytes + 1, batch, 2 * batch + 5]) {
      for (const chunkSize of [1000, pieceBytes, 3 * pieceBytes + 1]) {
        it(`stores ${size} bytes that come ${chunkSize} at a time`, async () => {
          const bytes = randomBytes(size);
          const blob = await storage.blobs.store(chunksOf(bytes, chunkSize), 0);
          assert.equal(blob.size, size);
          assert.deepEqual(await read(blob.blobId, 0, size - 1), bytes);
          assert.equal(await pieceCount(), Math.ceil(size / pieceBytes));
        });
      }
    }

    it("reads any range, from the database and again from memory", async () => {
      const bytes = randomBytes(3 * pieceBytes);
      const { blobId } = await storage.blobs.store(chunksOf(bytes, 5000), 0);
      for (let round = 0; round < 2; round++) {
        for (const [first, last] of [
          [0, 0],
          [pieceBytes - 1, pieceBytes],
          [100, 2 * pieceBytes + 100],
        ] as const) {
          assert.deepEqual(await read(blobId, first, last), bytes.subarray(first, last + 1));
        }
      }
    });

    it("leaves nothing of a stream that fails", async () => {
      async function* failing(): AsyncGenerator<Uint8Array> {
        yield* chunksOf(randomBytes(2 * batch), pieceBytes);
        throw new Error("the sender is gone");
      }
      await assert.rejects(storage.blobs.store(failing(), 0), /the sender is gone/);
      assert.equal(await pieceCount(), 0);
    });

    it("sweeps old blobs that no content names, and no others", async () => {
      const { database, blobs, clients, contents, models } = storage;
      const { rid } = await clients.create(database, {
        ...{
          ownerRid: null,
          status: "activated",
          activableUntil: null,
          createdAt: 0,
          clientsMax: null,
        },
      });
      await models.create({
        ...{ ownerRid: rid, name: "m", templateKind: "rid", template: rid, options: [] },
      });
      const modelId = await models.findId(rid, "m");
      assert.ok(modelId !== undefined);
      await contents.create({ modelId, name: "kept", meta: "", protected: false, now: 0 });
      const content = await contents.find(modelId, "kept");
      assert.ok(content !== undefined);

      const published = await blobs.store(chunksOf(randomBytes(10), 10), 0);
      await contents.publish({ contentId: content.id, ...published, type: "a/b", now: 0 }, false);
      const abandoned = await blobs.store(chunksOf(randomBytes(10), 10), 0);
      const underWay = await blobs.store(chunksOf(randomBytes(10), 10), 100);
      await blobs.sweep(100);
      assert.equal((await read(published.blobId, 0, 9)).length, 10);
      assert.equal((await read(underWay.blobId, 0, 9)).length, 10);
      await assert.rejects(read(abandoned.blobId, 0, 9), Refusal);
    });

    it("never gives the id of a deleted blob to another", async () => {
      const first = await storage.blobs.store(chunksOf(randomBytes(10), 10), 0);
      await storage.blobs.discard(first.blobId);
      const second = await storage.blobs.store(chunksOf(randomBytes(10), 10), 0);
      assert.ok(second.blobId > first.blobId);
    });
  });
}
