// The contract of the sockets, first half: how connections begin, end and close.

import assert from "node:assert/strict";
import { TcpRecorder } from "../../support/tcp-recorder.js";
import { type Behaviour, connectTo, pattern, windowBytes } from "./tcp-rig.js";

export const connecting: readonly Behaviour[] = [
  [
    "tells that it is connected by the free window",
    async (rig) => {
      const { socket } = await connectTo(rig);
      await rig.settle();
      assert.deepEqual(socket.events, [`writable ${windowBytes}`]);
    },
  ],
  [
    "tells a refused connection by one onError and nothing else",
    async (rig) => {
      const socket = new TcpRecorder(rig.world.connect, rig.nobody);
      await rig.until(() => socket.has("error"));
      await rig.settle();
      assert.deepEqual(socket.events, ["error"]);
      assert.throws(() => {
        socket.write(pattern(1));
      }, /not ready/);
      assert.throws(() => socket.read(1));
    },
  ],
  [
    "refuses to write before it is connected",
    async (rig) => {
      const socket = new TcpRecorder(rig.world.connect, rig.server);
      assert.throws(() => {
        socket.write(pattern(1));
      }, /not ready/);
      await rig.until(() => socket.has("writable"));
      socket.write(pattern(1));
    },
  ],
  [
    "takes addresses only",
    (rig) => {
      for (const address of ["", "localhost", "127.0.0", "127.0.0.256", "::1", "127.0.0.1 "]) {
        assert.throws(
          () => new TcpRecorder(rig.world.connect, { ...rig.server, address }),
          /invalid address/,
          address,
        );
      }
      return Promise.resolve();
    },
  ],
  [
    "resolves in a later turn: an address to itself, a name without address to undefined",
    async (rig) => {
      const seen: (string | undefined)[] = [];
      rig.world.resolve("10.1.2.3", (address) => seen.push(address));
      rig.world.resolve("x".repeat(64), (address) => seen.push(address));
      assert.deepEqual(seen, []);
      await rig.until(() => seen.length === 2);
      assert.deepEqual(new Set(seen), new Set(["10.1.2.3", undefined]));
    },
  ],
];

export const ending: readonly Behaviour[] = [
  [
    "tells the peer's end once, and refuses to write from then on",
    async (rig) => {
      const { socket, peer } = await connectTo(rig);
      peer.end();
      await rig.until(() => socket.has("error"));
      await rig.settle();
      assert.deepEqual(socket.events.slice(1), ["error"]);
      assert.throws(() => {
        socket.write(pattern(1));
      }, /not ready/);
    },
  ],
  [
    "tells the peer's end after the last unread byte, and refuses to write before that",
    async (rig) => {
      const { socket, peer } = await connectTo(rig);
      peer.send(pattern(100));
      await rig.until(() => socket.has("readable"));
      peer.end();
      await rig.settle();
      assert.throws(() => {
        socket.write(pattern(1));
      }, /not ready/);
      socket.read(99);
      await rig.settle();
      assert.deepEqual(socket.events.slice(1), ["readable 100"]);
      socket.read(1);
      await rig.until(() => socket.has("error"));
      await rig.settle();
      assert.deepEqual(socket.events.slice(1), ["readable 100", "error"]);
    },
  ],
  [
    "delivers more than a window before the end",
    async (rig) => {
      const { socket, peer } = await connectTo(rig);
      const sent = pattern(3 * windowBytes);
      peer.send(sent);
      peer.end();
      await rig.until(() => socket.unreadBytes === windowBytes);
      await rig.settle();
      assert.ok(!socket.has("error"));
      socket.react = (event) => {
        if (event === "readable") socket.read();
      };
      socket.read();
      await rig.until(() => socket.has("error"));
      assert.deepEqual(socket.received, sent);
      assert.equal(socket.events.at(-1), "error");
    },
  ],
  [
    "tells a reset as it tells an end",
    async (rig) => {
      const { socket, peer } = await connectTo(rig);
      peer.reset();
      await rig.until(() => socket.has("error"));
      await rig.settle();
      assert.deepEqual(socket.events.slice(1), ["error"]);
      assert.throws(() => {
        socket.write(pattern(1));
      }, /not ready/);
    },
  ],
  [
    "tells a reset after the last byte that had come",
    async (rig) => {
      const { socket, peer } = await connectTo(rig);
      peer.send(pattern(100));
      await rig.until(() => socket.has("readable"));
      peer.reset();
      await rig.settle();
      assert.deepEqual(socket.events.slice(1), ["readable 100"]);
      assert.deepEqual(socket.read(), pattern(100));
      await rig.until(() => socket.has("error"));
      await rig.settle();
      assert.deepEqual(socket.events.slice(1), ["readable 100", "error"]);
    },
  ],
];

export const closing: readonly Behaviour[] = [
  [
    "calls nothing more once it is closed, and throws but at a second close",
    async (rig) => {
      const { socket, peer } = await connectTo(rig);
      socket.write(pattern(10));
      peer.send(pattern(2 * windowBytes));
      await rig.until(() => socket.has("readable"));
      const events = [...socket.events];
      socket.close();
      socket.close();
      peer.send(pattern(10));
      peer.end();
      await rig.settle();
      assert.deepEqual(socket.events, events);
      assert.throws(() => socket.read(1));
      assert.throws(() => {
        socket.write(pattern(1));
      });
    },
  ],
  [
    "calls nothing at all if it is closed before it is connected",
    async (rig) => {
      for (const where of [rig.server, rig.nobody]) {
        const socket = new TcpRecorder(rig.world.connect, where);
        socket.close();
        await rig.settle();
        assert.deepEqual(socket.events, []);
      }
    },
  ],
  [
    "may be closed within each of its callbacks",
    async (rig) => {
      for (const event of ["writable", "readable", "error"] as const) {
        const socket = new TcpRecorder(rig.world.connect, rig.server);
        socket.react = (told) => {
          if (told === event) socket.close();
        };
        await rig.until(() => socket.has("writable"));
        await rig.settle();
        rig.peers.at(-1)?.send(pattern(3));
        if (event === "error") {
          await rig.until(() => socket.has("readable"));
          socket.read();
        }
        rig.peers.at(-1)?.end();
        await rig.settle();
        const all = [`writable ${windowBytes}`, "readable 3", "error"];
        const told = all.slice(0, 1 + all.findIndex((one) => one.startsWith(event)));
        assert.deepEqual(socket.events, told);
      }
    },
  ],
  [
    "sends what was written before the close, and then the end",
    async (rig) => {
      const { socket, peer } = await connectTo(rig);
      socket.write(pattern(windowBytes));
      socket.close();
      await rig.until(() => peer.closed());
      assert.deepEqual(peer.received(), pattern(windowBytes));
    },
  ],
];
