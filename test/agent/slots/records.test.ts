// The agent's records: what is written comes back, what is not ours does not count, and a store
// without room costs a memory, not the device.

import assert from "node:assert/strict";
import fc from "fast-check";
import type { ArmedRecord } from "../../../src/agent/slots/record-forms.js";
import { Records } from "../../../src/agent/slots/records.js";
import type { KeyValueStore } from "../../../src/ports/key-value.js";
import {
  rejectedBytesMax,
  rejectedMax,
  rejectReasonCharactersMax,
} from "../../../src/agent/limits.js";
import type { ReleaseIdentity } from "../../../src/protocol/release.js";
import { storeDomain } from "../../../src/protocol/store-keys.js";
import { MemoryStores } from "../../support/memory-store.js";

const cik = "0123456789abcdefghijABCDEFGHIJ0123456789";
const sha256 = "ab".repeat(32);
const release: ReleaseIdentity = {
  id: "lamp-1.1.0",
  sizeBytes: 40_000,
  timestampSeconds: 1_700_000_000,
  version: "1.1.0",
  sha256,
};
const armed: ArmedRecord = {
  release,
  slot: 1,
  digest: sha256,
  trials: 3,
  silentTrials: 1,
  endedSilent: true,
};

class Shelf {
  readonly stores = new MemoryStores();
  readonly store = this.stores.open(storeDomain);
  /** As after a reset: nothing is remembered but what is stored. */
  get records(): Records {
    return new Records(this.store);
  }
}

function numbered(number: number): ReleaseIdentity {
  return { ...release, id: `lamp-1.${number}.0` };
}

/** A store in which `key` holds something that is not a string until it is deleted. */
function withForeign(store: KeyValueStore, key: string): KeyValueStore {
  let isForeign = true;
  return {
    read: (asked) => {
      if (asked === key && isForeign) throw new TypeError("mismatch");
      return store.read(asked);
    },
    write: (asked, value) => {
      store.write(asked, value);
    },
    delete: (asked) => {
      if (asked === key) isForeign = false;
      store.delete(asked);
    },
    close: () => undefined,
  };
}

const releases = fc.record(
  {
    id: fc.string({ minLength: 1, maxLength: 64, unit: "grapheme" }),
    sizeBytes: fc.maxSafeNat(),
    timestampSeconds: fc.maxSafeNat(),
    version: fc.string({ maxLength: 31 }),
    sha256: fc.string({ maxLength: 64 }),
  },
  { requiredKeys: ["id", "sizeBytes", "timestampSeconds"], noNullPrototype: true },
);

/** Any UTF-16, lone surrogates included. */
const texts = fc
  .array(fc.nat(0xffff), { maxLength: 200 })
  .map((units) => String.fromCharCode(...units));

describe("records", () => {
  it("come back as they were written, whatever characters are in them", () => {
    const slots = fc.nat(1);
    fc.assert(
      fc.property(
        releases,
        slots,
        fc.string(),
        fc.nat(9),
        fc.nat(9),
        fc.boolean(),
        (one, slot, digest, trials, silentTrials, endedSilent) => {
          const { records } = new Shelf();
          const written = { release: one, slot, digest, trials, silentTrials, endedSilent };
          records.writeTarget({ release: one, slot, badDownloads: trials });
          records.writeArmed(written);
          records.writeConfirmed({ slot, sizeBytes: one.sizeBytes, digest });
          assert.deepEqual(records.readTarget(), { release: one, slot, badDownloads: trials });
          assert.deepEqual(records.readArmed(), written);
          assert.deepEqual(records.readConfirmed(), { slot, sizeBytes: one.sizeBytes, digest });
        },
      ),
    );
  });

  it("are absent until they are written, and once they are forgotten", () => {
    const { records } = new Shelf();
    records.forget("armed");
    assert.equal(records.readCik(), undefined);
    assert.equal(records.readTarget(), undefined);
    assert.equal(records.readArmed(), undefined);
    assert.equal(records.readConfirmed(), undefined);
    assert.deepEqual(records.readRejected(), []);
    assert.equal(records.takeRestartAsked(), false);
    records.writeArmed(armed);
    records.forget("armed");
    assert.equal(records.readArmed(), undefined);
  });

  it("count as absent if they are garbage", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        const { store, records } = new Shelf();
        for (const key of ["cik", "target", "armed", "confirmed", "rejected", "restart"]) {
          store.write(key, text.replaceAll("\0", ""));
        }
        assert.equal(records.readCik(), undefined);
        assert.equal(records.readTarget(), undefined);
        assert.equal(records.readArmed(), undefined);
        assert.equal(records.readConfirmed(), undefined);
        assert.deepEqual(records.readRejected(), []);
        assert.equal(records.rejection(release), undefined);
      }),
    );
  });

  it("count as absent if one field of them is missing or malformed", () => {
    const { store, records } = new Shelf();
    records.writeArmed(armed);
    const text = store.read("armed") ?? "";
    for (const key of ["id", "size", "time", "slot", "digest", "trials", "silent"]) {
      const fields = text.split("&").filter((field) => !field.startsWith(`${key}=`));
      assert.equal(fields.length, text.split("&").length - 1, key);
      store.write("armed", fields.join("&"));
      assert.equal(records.readArmed(), undefined, key);
      if (key === "id" || key === "digest") continue;
      store.write("armed", [...fields, `${key}=-1`].join("&"));
      assert.equal(records.readArmed(), undefined, key);
    }
  });

  it("take the place of what is not a string", () => {
    for (const key of ["cik", "target", "armed", "confirmed", "rejected", "restart"]) {
      const records = new Records(withForeign(new Shelf().store, key));
      assert.equal(records.readCik(), undefined);
      assert.equal(records.rejection(release), undefined);
      records.writeCik(cik);
      records.writeTarget({ release, slot: 1, badDownloads: 0 });
      records.writeArmed(armed);
      records.writeConfirmed({ slot: 1, sizeBytes: 1, digest: sha256 });
      records.reject(release, "bad");
      records.writeRestartAsked();
      assert.equal(records.readCik(), cik);
      assert.deepEqual(records.readTarget(), { release, slot: 1, badDownloads: 0 });
      assert.deepEqual(records.readArmed(), armed);
      assert.ok(records.readConfirmed());
      assert.equal(records.rejection(release), "bad");
      assert.equal(records.takeRestartAsked(), true);
    }
  });

  it("say once that a restart was asked for", () => {
    const { records } = new Shelf();
    records.writeRestartAsked();
    assert.deepEqual([records.takeRestartAsked(), records.takeRestartAsked()], [true, false]);
  });
});

describe("the CIK's record", () => {
  it("is replaced by another key, and not written again for the same", () => {
    const shelf = new Shelf();
    shelf.records.writeCik(cik);
    shelf.stores.bytesMax = 0;
    shelf.records.writeCik(cik);
    assert.equal(shelf.records.readCik(), cik);
    shelf.stores.bytesMax = Infinity;
    shelf.records.writeCik(cik.toUpperCase());
    assert.equal(shelf.records.readCik(), cik.toUpperCase());
  });

  it("can be known not to fit before a key is asked for, and leaves nothing behind", () => {
    const shelf = new Shelf();
    shelf.stores.bytesMax = shelf.stores.bytes + 39;
    const before = shelf.stores.bytes;
    assert.throws(() => {
      shelf.records.openActivation();
    });
    assert.equal(shelf.stores.bytes, before);
  });

  it("tells whether one was asked for before, until one is stored or surely none was given", () => {
    const shelf = new Shelf();
    assert.equal(shelf.records.openActivation(), false);
    assert.equal(shelf.records.openActivation(), true);
    shelf.records.closeActivation();
    assert.equal(shelf.records.openActivation(), false);
    shelf.records.writeCik(cik);
    assert.equal(shelf.records.openActivation(), false);
  });
});

describe("the record of rejected releases", () => {
  it("knows a release by all of its identity", () => {
    const { records } = new Shelf();
    records.reject(release, "crashed");
    assert.equal(records.rejection(release), "crashed");
    const { id, sizeBytes, timestampSeconds } = release;
    for (const other of [
      { ...release, id: "lamp-1.1.1" },
      { ...release, sizeBytes: 1 },
      { ...release, timestampSeconds: 1 },
      { ...release, version: "1.1.1" },
      { ...release, sha256: "cd".repeat(32) },
      { id, sizeBytes, timestampSeconds, sha256 },
    ]) {
      assert.equal(records.rejection(other), undefined);
    }
  });

  it("keeps one entry an id, the last", () => {
    const { records } = new Shelf();
    records.reject(release, "crashed");
    records.reject({ ...release, sizeBytes: 1 }, "hung");
    assert.deepEqual(
      records.readRejected().map(({ reason }) => reason),
      ["hung"],
    );
  });

  it("counts downloads that came out wrong, of this very release, before it rejects", () => {
    const { records } = new Shelf();
    assert.equal(records.badDownloads(release), 0);
    records.reject(release, "wrong", 1);
    assert.deepEqual([records.badDownloads(release), records.rejection(release)], [1, undefined]);
    assert.equal(records.badDownloads({ ...release, timestampSeconds: 1 }), 0);
    records.reject(release, "wrong", 2);
    assert.equal(records.badDownloads(release), 2);
    records.reject(release, "wrong");
    assert.deepEqual([records.badDownloads(release), records.rejection(release)], [0, "wrong"]);
  });

  it("forgets the oldest, not the latest", () => {
    const { records } = new Shelf();
    for (let number = 0; number < rejectedMax + 3; number += 1) {
      records.reject(numbered(number), `reason ${number}`);
    }
    assert.equal(records.readRejected().length, rejectedMax);
    assert.equal(records.rejection(numbered(2)), undefined);
    assert.equal(records.rejection(numbered(3)), "reason 3");
    assert.equal(records.rejection(numbered(rejectedMax + 2)), "reason 10");
  });

  it("fits the store whatever the reasons are, and never throws", () => {
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1, maxLength: 10 }), (reasons) => {
        const { store, records } = new Shelf();
        for (const [number, reason] of reasons.entries()) {
          assert.equal(records.reject(numbered(number), reason), true);
          assert.notEqual(records.rejection(numbered(number)), undefined);
        }
        assert.ok((store.read("rejected") ?? "").length <= rejectedBytesMax);
      }),
      { numRuns: 20 },
    );
  });

  it("bears lone surrogates in a product's words, and cuts no character in two", () => {
    const { records } = new Shelf();
    records.reject(release, `\ud800${"\u{1f600}".repeat(100)}`);
    const reason = records.rejection(release) ?? "";
    assert.ok(reason.startsWith("\ufffd\u{1f600}"));
    assert.ok(reason.endsWith("\u{1f600}"));
    assert.ok(reason.length <= rejectReasonCharactersMax + 1);
  });

  it("gives up older entries in a store without room for all", () => {
    const shelf = new Shelf();
    for (let number = 0; number < 4; number += 1) shelf.records.reject(numbered(number), "bad");
    shelf.stores.bytesMax = shelf.stores.bytes + 10;
    assert.equal(shelf.records.reject(numbered(4), "bad"), true);
    assert.equal(shelf.records.rejection(numbered(0)), undefined);
    assert.equal(shelf.records.rejection(numbered(4)), "bad");
  });

  it("remembers in memory what a full store cannot take, until it can", () => {
    const shelf = new Shelf();
    const { records } = shelf;
    shelf.stores.bytesMax = 0;
    for (let number = 0; number < rejectedMax + 2; number += 1) {
      assert.equal(records.reject(numbered(number), "bad"), false);
    }
    assert.equal(records.rejection(numbered(1)), undefined);
    assert.equal(records.rejection(numbered(rejectedMax + 1)), "bad");
    records.reject(numbered(0), "long ".repeat(1000));
    assert.equal(records.rejection(numbered(0))?.length, rejectReasonCharactersMax);
    assert.deepEqual(shelf.records.readRejected(), []);
    shelf.stores.bytesMax = Infinity;
    assert.equal(records.reject(numbered(rejectedMax + 1), "bad"), true);
    assert.equal(shelf.records.rejection(numbered(rejectedMax + 1)), "bad");
  });
});
