// The virtual network keeps the sockets' contract, and delivers what a test relies on: exact
// moments, refusals, and bytes that are lost.

import assert from "node:assert/strict";
import {
  type PeerSocket,
  VirtualNetwork,
  type VirtualNetworkOptions,
} from "../../../hosts/node/virtual-network.js";
import { VirtualTime } from "../../../hosts/node/virtual-time.js";
import { TcpRecorder } from "../../support/tcp-recorder.js";
import { describeContract } from "./tcp-contract.js";
import { connectTo, pattern, windowBytes, type Rig, type RigPeer } from "./tcp-rig.js";

const server = { address: "10.0.0.1", port: 80 };

class VirtualPeer implements RigPeer {
  readonly pieces: Uint8Array[] = [];
  readonly #socket: PeerSocket;
  isClosed = false;

  constructor(socket: PeerSocket) {
    this.#socket = socket;
  }

  received(): Buffer {
    return Buffer.concat(this.pieces);
  }

  closed(): boolean {
    return this.isClosed;
  }

  send(bytes: Uint8Array): void {
    this.#socket.send(bytes);
  }

  end(): void {
    this.#socket.end();
  }

  reset(): void {
    this.#socket.reset();
  }
}

/** What happened, as "what at moment". */
class VirtualRig implements Rig {
  readonly time = new VirtualTime();
  readonly world: VirtualNetwork;
  readonly server = server;
  readonly nobody = { address: "10.0.0.1", port: 81 };
  readonly peers: VirtualPeer[] = [];
  readonly diary: string[] = [];

  constructor(options: VirtualNetworkOptions = {}) {
    this.world = new VirtualNetwork(this.time, options);
    this.world.listen(server.address, server.port, (socket) => {
      const peer = new VirtualPeer(socket);
      this.peers.push(peer);
      this.note("accept");
      return {
        onBytes: (bytes) => {
          peer.pieces.push(bytes);
          this.note(`${bytes.length} bytes`);
        },
        onClosed: () => {
          peer.isClosed = true;
          this.note("closed");
        },
      };
    });
  }

  note(what: string): void {
    this.diary.push(`${what} at ${this.time.nowMs}`);
  }

  /** A socket whose callbacks are in the diary, too. */
  connect(peer: { readonly address: string; readonly port: number } = server): TcpRecorder {
    const socket = new TcpRecorder(this.world.connect, peer);
    socket.react = () => {
      this.note(socket.events.at(-1) ?? "");
    };
    return socket;
  }

  until(done: () => boolean): Promise<void> {
    assert.ok(this.time.runUntil(done, this.time.nowMs + 60_000), "it did not happen");
    return Promise.resolve();
  }

  /** Runs all that is to come; a world that spins would never end it. */
  settle(): Promise<void> {
    for (let steps = 0; this.time.step(); steps += 1) assert.ok(steps < 10_000, "it spins");
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

describe("the virtual network", () => {
  for (const latencyMs of [0, 7]) {
    describe(`with a latency of ${latencyMs} ms`, () => {
      describeContract(() => Promise.resolve(new VirtualRig({ latencyMs })));
    });
  }

  it("connects and refuses after a round trip", async () => {
    const rig = new VirtualRig({ latencyMs: 10 });
    rig.connect();
    rig.connect(rig.nobody);
    await rig.settle();
    assert.deepEqual(rig.diary, ["accept at 20", `writable ${windowBytes} at 20`, "error at 20"]);
    assert.equal(rig.world.connections, 2);
  });

  it("brings bytes, ends and resets after one latency, acknowledgements after two", async () => {
    const rig = new VirtualRig({ latencyMs: 10 });
    const sockets = [rig.connect(), rig.connect()];
    await rig.settle();
    rig.diary.length = 0;
    const [ended, broken] = rig.peers;
    sockets[0]?.write(pattern(100));
    ended?.send(pattern(50));
    await rig.settle();
    sockets[0]?.read();
    ended?.end();
    broken?.reset();
    await rig.settle();
    sockets[0]?.close();
    await rig.settle();
    assert.deepEqual(rig.diary, [
      "100 bytes at 30",
      "readable 50 at 30",
      `writable ${windowBytes} at 40`,
      "error at 50",
      "error at 50",
      "closed at 60",
    ]);
  });

  it("has a window of the size that was asked for", async () => {
    const rig = new VirtualRig({ windowBytes: 100 });
    const socket = rig.connect();
    await rig.settle();
    rig.peers[0]?.send(pattern(250));
    await rig.settle();
    assert.deepEqual(socket.events, ["writable 100", "readable 100"]);
    assert.throws(() => {
      socket.write(pattern(101));
    }, /would block/);
  });

  it("listens and stops listening, address by address and port by port", async () => {
    const rig = new VirtualRig();
    const others = [
      { address: "10.0.0.1", port: 8080 },
      { address: "10.0.0.2", port: 80 },
    ];
    const outcome = async (peer: { address: string; port: number }): Promise<string> => {
      const socket = rig.connect(peer);
      await rig.settle();
      return socket.events.join();
    };
    for (const other of others) assert.equal(await outcome(other), "error");
    assert.equal(await outcome(server), `writable ${windowBytes}`);
    const before = rig.connect();
    await rig.settle();
    rig.world.listen(server.address, server.port, undefined);
    assert.equal(await outcome(server), "error");
    rig.peers.at(-1)?.send(pattern(5));
    await rig.settle();
    assert.equal(before.unreadBytes, 5, "a connection that was open stays so");
  });

  it("resolves the names it was given", async () => {
    const rig = new VirtualRig({ latencyMs: 10 });
    rig.world.names.set("lights.example", "10.0.0.9");
    for (const host of ["lights.example", "elsewhere.example"]) {
      rig.world.resolve(host, (address) => {
        rig.note(`${host} ${address ?? "unknown"}`);
      });
    }
    await rig.settle();
    assert.deepEqual(rig.diary, [
      "lights.example 10.0.0.9 at 10",
      "elsewhere.example unknown at 10",
    ]);
  });

  it("copies what the server sends before it returns", async () => {
    const rig = new VirtualRig();
    const { socket, peer } = await connectTo(rig);
    const bytes = pattern(100);
    peer.send(bytes);
    bytes.fill(0);
    await rig.settle();
    assert.deepEqual(socket.read(), pattern(100));
  });

  it("loses by a reset what is on its way and what waits for the window, no more", async () => {
    const rig = new VirtualRig({ latencyMs: 10 });
    const { socket, peer } = await connectTo(rig);
    peer.send(pattern(windowBytes + 1000));
    await rig.settle();
    peer.send(pattern(10));
    peer.reset();
    await rig.settle();
    socket.react = (event) => {
      if (event === "readable") socket.read();
    };
    socket.read();
    await rig.settle();
    assert.deepEqual(socket.received, pattern(windowBytes));
    assert.equal(socket.events.at(-1), "error");
  });

  it("tells a peer that has reset nothing more, not even if it did so at once", async () => {
    const rig = new VirtualRig({ latencyMs: 10 });
    const { socket, peer } = await connectTo(rig);
    socket.write(pattern(10));
    peer.reset();
    await rig.settle();
    socket.close();
    await rig.settle();
    assert.deepEqual([peer.received().length, peer.closed()], [0, false]);

    rig.world.listen(server.address, server.port, (other) => {
      other.reset();
      const heard = () => assert.fail("it is deaf");
      return { onBytes: heard, onClosed: heard };
    });
    const refused = rig.connect();
    await rig.until(() => refused.has("writable"));
    refused.write(pattern(10));
    await rig.settle();
    refused.close();
    await rig.settle();
    assert.equal(refused.events.at(-1), "error");
  });

  it("lets a peer that has ended hear the chip until it closes, and say nothing more", async () => {
    const rig = new VirtualRig({ latencyMs: 10 });
    const { socket, peer } = await connectTo(rig);
    peer.end();
    peer.send(pattern(5));
    socket.write(pattern(10));
    await rig.settle();
    assert.deepEqual(socket.events.slice(1), ["error"]);
    assert.equal(peer.received().length, 10);
    socket.close();
    await rig.settle();
    assert.ok(peer.closed());
  });

  it("rests while unread bytes hide the end", async () => {
    const rig = new VirtualRig();
    const { socket, peer } = await connectTo(rig);
    peer.send(pattern(10));
    peer.end();
    await rig.settle();
    assert.equal(rig.time.pending, 0);
    assert.deepEqual(socket.events.slice(1), ["readable 10"]);
  });
});
