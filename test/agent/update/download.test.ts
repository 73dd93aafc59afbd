// A download alone: a slot, a connection, and a server that the test plays.

import assert from "node:assert/strict";
import fc from "fast-check";
import { Connection } from "../../../src/agent/connection.js";
import { Pipelining } from "../../../src/agent/pipelining.js";
import { completeOptions, type OfferedRelease } from "../../../src/agent/options.js";
import {
  Download,
  type DownloadOutcome,
  type DownloadSlots,
} from "../../../src/agent/update/download.js";
import { ProgressStore } from "../../../src/agent/update/progress.js";
import { imageHeadBytes, readAppImageHead } from "../../../src/flash/app-image-head.js";
import { openSha256 } from "../../../hosts/node/digest.js";
import type { Platform } from "../../../src/ports/platform.js";
import { chunkBytesMin, downloadTriesMax } from "../../../src/agent/limits.js";
import { sectorBytes } from "../../../src/ports/flash.js";
import { MemoryStores } from "../../support/memory-store.js";
import { NorFlash } from "../../support/nor-flash.js";
import { ascii } from "../../support/virtual-service.js";
import { makeImage } from "../../support/world.js";
import { SocketRig, type RigSocket } from "../socket-rig.js";

const identity = {
  vendor: "lights",
  model: "lamp",
  serial: "0001",
  host: "lights.example",
  port: 80,
};
const slotBytes = 16 * sectorBytes;

interface BenchOptions {
  readonly image?: Uint8Array;
  readonly chunkBytes?: number;
  /** Bytes handed over at a time; 0: an answer at once. */
  readonly splitBytes?: number;
}

/** A slot and a server with one image. Any number of downloads may follow one another. */
class Bench {
  readonly rig = new SocketRig();
  readonly flash = new NorFlash({ size: slotBytes });
  readonly stores = new MemoryStores();
  readonly image: Uint8Array;
  readonly #chunkBytes: number;
  readonly #splitBytes: number;
  /** What happened, in order: `request 0-4095`, `begin`, `sector`, an outcome. */
  readonly events: string[] = [];
  outcome: DownloadOutcome | undefined;
  fetchedBytes = 0;
  doneBytes = 0;
  /** Body bytes after which the server resets the connection. */
  diesAfterBytes = Infinity;
  refuse: (release: OfferedRelease) => string | undefined = () => undefined;
  onFetched: () => void = () => undefined;
  download: Download | undefined;

  constructor({ image, chunkBytes = 4096, splitBytes = 0 }: BenchOptions = {}) {
    this.image = image ?? makeImage({ version: "1.1.0", bytes: 20_000 });
    this.#chunkBytes = chunkBytes;
    this.#splitBytes = splitBytes;
    this.rig.onSocket = (socket) => {
      this.rig.time.schedule(() => {
        if (!socket.isClosed) socket.writable();
      }, 1);
      let bodyBytes = 0;
      socket.onRequest = (text) => {
        const [first = 0, last = 0] = (/bytes=(\d+)-(\d+)/.exec(text) ?? []).slice(1).map(Number);
        this.events.push(`request ${first}-${last}`);
        this.rig.time.schedule(() => {
          const room = Math.max(0, this.diesAfterBytes - bodyBytes);
          const body = this.image.slice(first, Math.min(last + 1, first + room));
          bodyBytes += body.length;
          this.#answer(socket, first, last, body);
        }, 1);
      };
    };
  }

  /** Begins a download and lives until it has an outcome, or for a day. */
  run(): this {
    this.begin();
    this.rig.time.runUntil(() => this.outcome !== undefined, this.rig.time.nowMs + 86_400_000);
    return this;
  }

  begin(): void {
    this.outcome = undefined;
    const network = this.rig.network;
    const log = (): undefined => undefined;
    const platform = { ...network, openDigest: openSha256, random: () => 0.5, log };
    const connection = new Connection(network, "lights.example", 80, new Pipelining(4));
    const options = completeOptions({
      chunkBytes: this.#chunkBytes,
      hooks: { refuseRelease: (release) => this.refuse(release) },
      observer: {
        fetched: (byteLength) => {
          this.fetchedBytes += byteLength;
          this.onFetched();
        },
        progress: (doneBytes) => {
          this.doneBytes = doneBytes;
        },
      },
    });
    const release = { id: "lamp-1.1.0", sizeBytes: this.image.length, timestampSeconds: 1 };
    this.download = new Download(
      platform as unknown as Platform,
      options,
      this.#slots,
      { identity, cik: "0".repeat(40), connection },
      release,
      {
        onSector: () => this.events.push("sector"),
        onDone: (outcome) => {
          assert.equal(this.outcome, undefined, "a second outcome");
          this.outcome = outcome;
          this.events.push(outcome.kind);
          connection.close();
        },
      },
    );
  }

  /** One slot of two, without boot entries. */
  get #slots(): DownloadSlots {
    const store = this.stores.open("provision");
    return {
      running: readAppImageHead(NorFlash.of(makeImage({ version: "1.0.0", bytes: sectorBytes }))),
      openIdle: () => this.flash,
      openProgress: (release) => new ProgressStore(store, { release, slot: 1, badDownloads: 0 }),
      beginDownload: (progress) => {
        assert.equal(this.flash.operations.length, 0, "begun after the slot was touched");
        progress.forget();
        this.events.push("begin");
      },
    };
  }

  get content(): Uint8Array {
    const bytes = new Uint8Array(this.image.length);
    this.flash.read(bytes, 0);
    return bytes;
  }

  get erasedBlocks(): number[] {
    return this.flash.operations
      .filter(({ kind }) => kind === "erase")
      .map(({ byteOffset }) => byteOffset / sectorBytes);
  }

  #answer(socket: RigSocket, first: number, last: number, body: Uint8Array): void {
    const head =
      `HTTP/1.1 206 Partial Content\r\nContent-Length: ${String(last - first + 1)}\r\n` +
      `Content-Range: bytes ${first}-${last}/${this.image.length}\r\n\r\n`;
    const all = Uint8Array.from([...ascii(head), ...body]);
    const stepBytes = this.#splitBytes === 0 ? all.length : this.#splitBytes;
    for (let at = 0; at < all.length && !socket.isClosed; at += stepBytes) {
      socket.receive(all.subarray(at, at + stepBytes));
    }
    if (!socket.isClosed && body.length < last - first + 1) socket.end();
  }
}

function upTo(end: number): number[] {
  return Array.from({ length: end }, (_, index) => index);
}

describe("a download", () => {
  it("begins once the head is accepted, then writes and records sector by sector", () => {
    const bench = new Bench().run();
    assert.deepEqual(bench.outcome, { kind: "downloaded" });
    assert.deepEqual(bench.content, bench.image);
    assert.deepEqual(bench.erasedBlocks, upTo(5));
    assert.deepEqual(
      bench.events.filter((event) => !event.startsWith("request")),
      ["begin", "sector", "sector", "sector", "sector", "sector", "downloaded"],
    );
    assert.deepEqual([bench.fetchedBytes, bench.doneBytes], [20_000, 20_000]);
  });

  it("writes the same, whatever the sizes of image, chunk and segment are", () => {
    const sizes = fc.oneof(
      fc.constantFrom(1, 2, 3).map((sectors) => sectors * sectorBytes),
      fc.integer({ min: imageHeadBytes, max: 14_000 }),
    );
    const chunks = fc.oneof(
      fc.constantFrom(256, 4095, 4096, 4097, 65_536),
      fc.integer({ min: chunkBytesMin, max: 9000 }),
    );
    fc.assert(
      fc.property(sizes, chunks, fc.integer({ min: 1, max: 3000 }), (bytes, chunkBytes, split) => {
        const image = makeImage({ version: "1.1.0", bytes: 14_000 }).slice(0, bytes);
        const bench = new Bench({ image, chunkBytes, splitBytes: split }).run();
        assert.deepEqual(bench.outcome, { kind: "downloaded" });
        assert.deepEqual(bench.content, image);
        assert.deepEqual(bench.erasedBlocks, upTo(Math.ceil(bytes / sectorBytes)));
        assert.equal(bench.fetchedBytes, bytes);
        assert.equal(bench.doneBytes, bytes);
      }),
      { numRuns: 60 },
    );
  });

  it("fills a slot to its last byte", () => {
    const image = makeImage({ version: "1.1.0", bytes: slotBytes - 16 });
    const full = Uint8Array.from([...image, ...new Uint8Array(slotBytes - image.length)]);
    const bench = new Bench({ image: full }).run();
    assert.deepEqual(bench.content, full);
    assert.deepEqual(bench.erasedBlocks, upTo(16));
  });

  it("rejects what is too short to be an image", () => {
    const image = makeImage({ version: "1.1.0" }).slice(0, imageHeadBytes - 1);
    const bench = new Bench({ image }).run();
    assert.equal(bench.outcome?.kind, "rejected");
    assert.equal(bench.flash.operations.length, 0);
  });

  it("asks the product before anything is given up, and takes no for an answer", () => {
    const bench = new Bench({ splitBytes: 100 });
    const offered: OfferedRelease[] = [];
    bench.refuse = (release) => {
      offered.push(release);
      return `no ${release.version}`;
    };
    bench.run();
    assert.deepEqual(bench.outcome, { kind: "rejected", reason: "no 1.1.0" });
    assert.deepEqual(offered, [
      {
        id: "lamp-1.1.0",
        version: "1.1.0",
        project: "lamp-sim",
        sizeBytes: 20_000,
        sha256: undefined,
      },
    ]);
    assert.equal(bench.flash.operations.length, 0);
    assert.ok(!bench.events.includes("begin"));
    // The answer that the head came in counts only as a whole.
    assert.equal(bench.fetchedBytes, 4096);
  });

  it("is no verdict if the product cannot tell: nothing is given up, nothing rejected", () => {
    const bench = new Bench();
    bench.refuse = () => {
      throw new Error("the product's mistake");
    };
    bench.run();
    assert.equal(bench.outcome?.kind, "failed");
    assert.match(bench.outcome.reason, /the product's mistake/);
    assert.equal(bench.flash.operations.length, 0);
  });

  it("goes on behind the sectors that an earlier one left, without asking or beginning again", () => {
    const bench = new Bench();
    bench.onFetched = () => {
      if (bench.fetchedBytes >= 10_000) bench.download?.cancel();
    };
    bench.begin();
    bench.rig.pass(1000);
    assert.equal(bench.outcome, undefined);
    bench.events.length = 0;
    bench.fetchedBytes = 0;
    bench.flash.powerOn();
    bench.onFetched = () => undefined;
    bench.refuse = () => assert.fail("asked again");
    bench.run();
    assert.equal(bench.events[0], "request 8192-12287");
    assert.deepEqual(bench.content, bench.image);
    assert.deepEqual(bench.erasedBlocks, [2, 3, 4]);
    assert.equal(bench.fetchedBytes, 20_000 - 8192);
  });

  it("has nothing to fetch if all sectors are there", () => {
    const bench = new Bench().run();
    bench.events.length = 0;
    bench.run();
    assert.deepEqual(bench.events, ["downloaded"]);
  });

  it("starts over if what is in flash is not what was recorded", () => {
    const bench = new Bench().run();
    bench.flash.write(Uint8Array.of(0), 0);
    bench.events.length = 0;
    bench.flash.powerOn();
    bench.run();
    assert.equal(bench.events.filter((event) => event === "begin").length, 1);
    assert.deepEqual(bench.content, bench.image);
  });
});

describe("a download on a bad line", () => {
  it("loses no byte to a connection that ends again and again", () => {
    for (const bytes of [chunkBytesMin, 700, 5000]) {
      const bench = new Bench();
      bench.diesAfterBytes = bytes;
      bench.run();
      assert.deepEqual(bench.outcome, { kind: "downloaded" });
      assert.deepEqual(bench.content, bench.image);
      assert.deepEqual(bench.erasedBlocks, upTo(5));
      assert.equal(bench.fetchedBytes, 20_000);
    }
  });

  it("gives up after a bounded number of tries that bring next to nothing", () => {
    const bench = new Bench();
    bench.diesAfterBytes = 10;
    bench.run();
    assert.equal(bench.outcome?.kind, "failed");
    assert.equal(bench.rig.sockets.length, downloadTriesMax + 1);
  });

  it("asks for one range at a time until one has come", () => {
    const bench = new Bench();
    bench.diesAfterBytes = 0;
    bench.run();
    const requests = bench.events.filter((event) => event.startsWith("request"));
    assert.equal(requests.length, 4 + downloadTriesMax);
  });
});

describe("a download that is called off", () => {
  it("by the product from within its own callbacks touches nothing any more", () => {
    for (const when of ["refuse", "fetched"]) {
      const bench = new Bench({ splitBytes: 1000 });
      const callOff = (): undefined => {
        bench.download?.cancel();
        bench.flash.close();
      };
      if (when === "refuse") bench.refuse = callOff;
      else bench.onFetched = callOff;
      bench.begin();
      bench.rig.pass(3_600_000);
      assert.equal(bench.outcome, undefined);
    }
  });

  it("while it waits for another try, or reads flash back, does nothing any more", () => {
    const waiting = new Bench();
    waiting.diesAfterBytes = 0;
    waiting.begin();
    waiting.rig.time.runUntil(() => waiting.rig.sockets[0]?.isClosed === true, 60_000);
    waiting.download?.cancel();
    waiting.rig.pass(3_600_000);
    assert.equal(waiting.rig.sockets.length, 1);

    const reading = new Bench().run();
    reading.events.length = 0;
    reading.begin();
    reading.download?.cancel();
    reading.rig.pass(3_600_000);
    assert.deepEqual(reading.events, []);
  });
});
