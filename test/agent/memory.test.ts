// Memory: ten thousand chunks leave what the first few thousand left (by then Node's compiler has
// settled), and so do connections.

import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Connection } from "../../src/agent/connection.js";
import { Download } from "../../src/agent/update/download.js";
import { Pipelining } from "../../src/agent/pipelining.js";
import { completeOptions } from "../../src/agent/options.js";
import type { Exchange } from "../../src/agent/exchange.js";
import { ProgressStore } from "../../src/agent/update/progress.js";
import { openSha256 } from "../../hosts/node/digest.js";
import { readAppImageHead } from "../../src/flash/app-image-head.js";
import { sectorBytes, type FlashPartition } from "../../src/ports/flash.js";
import type { Platform } from "../../src/ports/platform.js";
import { MemoryStores } from "../support/memory-store.js";
import { NorFlash } from "../support/nor-flash.js";
import { ascii } from "../support/virtual-service.js";
import { makeImage } from "../support/world.js";
import { ok, SocketRig } from "./socket-rig.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
/** Noise of Node's own. */
const noiseBytes = 250_000;

function heapBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** A slot that keeps nothing. */
function bottomless(size: number): FlashPartition {
  return {
    read: () => undefined,
    write: () => undefined,
    eraseBlock: () => undefined,
    status: () => ({ size, blockLength: 4096, blocks: size / 4096 }),
    close: () => undefined,
  };
}

describe("memory", () => {
  it("does not grow with the number of chunks", function () {
    this.timeout(30_000);
    const chunkBytes = 256;
    const sizeBytes = 10_000 * chunkBytes;
    const image = new Uint8Array(sizeBytes);
    image.set(makeImage({ version: "1.1.0", bytes: 4096 }));
    const rig = new SocketRig();
    rig.onSocket = (socket) => {
      rig.time.schedule(() => {
        socket.writable();
      }, 0);
      socket.onRequest = (text) => {
        socket.text = "";
        const [first = 0, last = 0] = (/bytes=(\d+)-(\d+)/.exec(text) ?? []).slice(1).map(Number);
        const range = `bytes ${first}-${last}/${sizeBytes}`;
        const head =
          `HTTP/1.1 206 Partial Content\r\nContent-Length: ${String(last - first + 1)}\r\n` +
          `Content-Range: ${range}\r\n\r\n`;
        rig.time.schedule(() => {
          socket.receive(ascii(head));
          socket.receive(image.subarray(first, last + 1));
        }, 1);
      };
    };
    const release = { id: "lamp-1.1.0", sizeBytes, timestampSeconds: 1 };
    const store = new MemoryStores().open("p");
    let outcome = "";
    let doneBytes = 0;
    const log = (): undefined => undefined;
    const platform = { ...rig.network, openDigest: openSha256, random: () => 0.5, log };
    const download = new Download(
      platform as unknown as Platform,
      completeOptions({ chunkBytes, observer: { progress: (bytes) => (doneBytes = bytes) } }),
      {
        running: readAppImageHead(NorFlash.of(makeImage({ version: "1.0.0", bytes: sectorBytes }))),
        openIdle: () => bottomless(4096 * 1024),
        openProgress: () => new ProgressStore(store, { release, slot: 1, badDownloads: 0 }),
        beginDownload: () => undefined,
      },
      {
        identity: {
          vendor: "lights",
          model: "lamp",
          serial: "0001",
          host: "lights.example",
          port: 80,
        },
        cik: "0".repeat(40),
        connection: new Connection(rig.network, "lights.example", 80, new Pipelining(4)),
      },
      release,
      { onSector: () => undefined, onDone: ({ kind }) => (outcome = kind) },
    );
    rig.time.runUntil(() => doneBytes >= 4_000 * chunkBytes);
    const early = heapBytes();
    rig.time.runUntil(() => doneBytes >= 9_900 * chunkBytes);
    const late = heapBytes();
    rig.time.runUntil(() => outcome !== "");
    assert.equal(outcome, "downloaded");
    assert.ok(late - early < noiseBytes, `${late - early} bytes in 5,900 chunks`);
    download.cancel();
  });

  it("does not grow with the number of connections that end or fail", () => {
    const rig = new SocketRig();
    const connection = new Connection(rig.network, "lights.example", 80, new Pipelining(4));
    const ends: string[] = [];
    let visits = 0;
    const visit = (): void => {
      visits += 1;
      const exchange: Exchange = {
        request: { method: "GET", target: "/", host: "lights.example", fields: [] },
        pipelined: true,
        onHead: () => undefined,
        onBody: () => undefined,
        onEnd: () => (ends[0] = "end"),
        onFailure: ({ kind }) => (ends[0] = kind),
      };
      connection.send(exchange);
      rig.pass(0);
      const socket = rig.sockets.pop();
      assert.ok(socket);
      socket.writable();
      if (visits % 3 === 0) socket.receive(ok("x", "Connection: close"));
      else if (visits % 3 === 1) socket.end();
      else socket.receive("no HTTP\r\n");
      rig.pass(2000);
    };
    while (visits < 3000) visit();
    const early = heapBytes();
    while (visits < 12_000) visit();
    const late = heapBytes();
    assert.ok(late - early < noiseBytes, `${late - early} bytes in 9,000 connections`);
  });
});
