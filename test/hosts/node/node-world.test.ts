// Node's own TCP keeps the sockets' contract, against a real server on the loopback.

import assert from "node:assert/strict";
import { NodeWorld } from "../../../hosts/node/node-world.js";
import { LoopbackServer, passMs, until, type LoopbackPeer } from "./loopback-server.js";
import { describeContract } from "./tcp-contract.js";
import { connectTo, pattern, windowBytes, type Rig } from "./tcp-rig.js";

/** Longer than the loopback takes for anything. */
const settleMs = 15;

class NodeRig implements Rig {
  readonly world = new NodeWorld();
  readonly server: LoopbackServer;
  readonly nobody: { readonly address: string; readonly port: number };
  readonly until = until;

  private constructor(server: LoopbackServer, unusedPort: number) {
    this.server = server;
    this.nobody = { address: server.address, port: unusedPort };
  }

  static async open(): Promise<NodeRig> {
    return new NodeRig(await LoopbackServer.open(), await LoopbackServer.unusedPort());
  }

  get peers(): LoopbackPeer[] {
    return this.server.peers;
  }

  settle(): Promise<void> {
    return passMs(settleMs);
  }

  async close(): Promise<void> {
    this.world.close();
    await this.server.close();
  }
}

describe("Node's world", () => {
  describeContract(() => NodeRig.open());

  describe("beyond the contract", () => {
    let rig: NodeRig;

    beforeEach(async () => {
      rig = await NodeRig.open();
    });

    afterEach(() => rig.close());

    it("stops the sender while nothing is read, and loses none of what it sent", async () => {
      const { socket, peer } = await connectTo(rig);
      // More than the system's buffers on both sides take.
      const piece = pattern(1 << 20);
      const pieces = 24;
      for (let index = 0; index < pieces; index += 1) peer.send(piece);
      await until(() => socket.unreadBytes === windowBytes);
      await passMs(3 * settleMs);
      const leftBytes = rig.peers[0]?.socket.writableLength ?? 0;
      assert.ok(leftBytes > piece.length, `${leftBytes} bytes are left`);
      assert.equal(socket.unreadBytes, windowBytes);

      const doubled = Buffer.concat([piece, piece]);
      let receivedBytes = 0;
      const take = (): void => {
        const bytes = socket.read();
        const at = receivedBytes % piece.length;
        assert.ok(bytes.equals(doubled.subarray(at, at + bytes.length)), `at ${receivedBytes}`);
        receivedBytes += bytes.length;
      };
      socket.react = (event) => {
        if (event === "readable") take();
      };
      take();
      await until(() => receivedBytes === pieces * piece.length);
      socket.close();
    });

    it("stops the chip while the server reads nothing, and loses none of what it wrote", async () => {
      const { socket, peer } = await connectTo(rig);
      rig.peers[0]?.socket.pause();
      const piece = pattern(windowBytes);
      let pieces = 0;
      const writeOn = (): void => {
        while (socket.writableBytes >= windowBytes) {
          const bytes = Buffer.from(piece);
          socket.write(bytes);
          bytes.fill(0);
          pieces += 1;
        }
      };
      socket.react = writeOn;
      writeOn();
      let before = 0;
      while (pieces !== before) {
        before = pieces;
        await passMs(3 * settleMs);
      }
      assert.ok(socket.writableBytes < windowBytes);
      socket.react = () => undefined;
      rig.peers[0]?.socket.resume();
      await until(() => socket.writableBytes === windowBytes);
      socket.close();
      await until(() => peer.closed());
      const received = peer.received();
      assert.equal(received.length, pieces * piece.length);
      for (let at = 0; at < received.length; at += piece.length) {
        assert.ok(received.subarray(at, at + piece.length).equals(piece), `at ${at}`);
      }
    });

    it("has a window of the size that was asked for", async () => {
      const world = new NodeWorld(100);
      const events: string[] = [];
      const socket = world.connect({
        address: rig.server.address,
        port: rig.server.port,
        onWritable: (byteLength) => events.push(`writable ${byteLength}`),
        onReadable: (byteLength) => events.push(`readable ${byteLength}`),
        onError: () => events.push("error"),
      });
      await until(() => events.length > 0 && rig.peers.length > 0);
      rig.peers[0]?.send(pattern(1000));
      await until(() => events.length > 1);
      await rig.settle();
      assert.deepEqual(events, ["writable 100", "readable 100"]);
      socket.close();
    });

    it("resolves names as the system does", async () => {
      const seen: (string | undefined)[] = [];
      rig.world.resolve("localhost", (address) => seen.push(address));
      await until(() => seen.length > 0);
      assert.deepEqual(seen, ["127.0.0.1"]);
    });

    it("tells whole milliseconds that never go back", async () => {
      const firstMs = rig.world.nowMs();
      await passMs(5);
      const passedMs = rig.world.nowMs() - firstMs;
      assert.ok(Number.isInteger(firstMs));
      assert.ok(passedMs >= 4 && passedMs < 1000, `${passedMs} ms`);
    });

    it("waits for delays beyond what Node's timers count", async () => {
      for (const delayMs of [2 ** 31, Infinity]) {
        rig.world.schedule(() => assert.fail("24 days have not passed"), delayMs);
      }
      await rig.settle();
    });

    it("calls no timer after it was closed", async () => {
      rig.world.schedule(() => assert.fail("the world is closed"), 5);
      rig.world.close();
      await rig.settle();
    });
  });
});
