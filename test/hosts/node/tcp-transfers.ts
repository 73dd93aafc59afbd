// The contract of the sockets, second half: reading, writing, whole transfers, and time.

import assert from "node:assert/strict";
import fc from "fast-check";
import { type Behaviour, connectTo, pattern, windowBytes } from "./tcp-rig.js";

export const reading: readonly Behaviour[] = [
  [
    "announces all unread bytes, and only when more have come",
    async (rig) => {
      const { socket, peer } = await connectTo(rig);
      peer.send(pattern(100));
      await rig.until(() => socket.has("readable"));
      await rig.settle();
      socket.read(30);
      await rig.settle();
      peer.send(pattern(50));
      await rig.until(() => socket.events.length === 3);
      await rig.settle();
      assert.deepEqual(socket.events.slice(1), ["readable 100", "readable 120"]);
    },
  ],
  [
    "throws at a read of more than is unread, and takes nothing",
    async (rig) => {
      const { socket, peer } = await connectTo(rig);
      peer.send(pattern(10));
      await rig.until(() => socket.has("readable"));
      assert.throws(() => socket.read(11));
      assert.deepEqual(socket.read(10), pattern(10));
    },
  ],
  [
    "holds a window of unread bytes, and fetches the rest as they are read",
    async (rig) => {
      const { socket, peer } = await connectTo(rig);
      const sent = pattern(4 * windowBytes + 1);
      peer.send(sent);
      await rig.until(() => socket.unreadBytes === windowBytes);
      const { length } = socket.events;
      await rig.settle();
      assert.equal(socket.events.length, length);
      socket.read(1000);
      await rig.until(() => socket.unreadBytes === windowBytes);
      socket.react = (event) => {
        assert.ok(socket.unreadBytes <= windowBytes, `${socket.unreadBytes} unread`);
        if (event === "readable") socket.read();
      };
      socket.read();
      await rig.until(() => socket.received.length === sent.length);
      assert.deepEqual(socket.received, sent);
    },
  ],
];

export const writing: readonly Behaviour[] = [
  [
    "throws at a write beyond the free window and sends none of it",
    async (rig) => {
      const { socket, peer } = await connectTo(rig);
      const tooMuch = (byteLength: number): void => {
        assert.throws(() => {
          socket.write(Buffer.alloc(byteLength));
        }, /would block/);
      };
      const sent = pattern(windowBytes);
      tooMuch(windowBytes + 1);
      socket.write(sent.subarray(0, 5000));
      tooMuch(windowBytes - 5000 + 1);
      socket.write(sent.subarray(5000));
      tooMuch(1);
      await rig.until(() => peer.received().length >= windowBytes);
      await rig.settle();
      assert.deepEqual(peer.received(), sent);
    },
  ],
  [
    "tells when the window is free again",
    async (rig) => {
      const { socket, peer } = await connectTo(rig);
      for (let round = 1; round <= 3; round += 1) {
        socket.write(pattern(windowBytes));
        assert.equal(socket.writableBytes, 0);
        await rig.until(() => socket.writableBytes === windowBytes);
        await rig.until(() => peer.received().length === round * windowBytes);
      }
    },
  ],
  [
    "copies what is written before it returns",
    async (rig) => {
      const { socket, peer } = await connectTo(rig);
      const bytes = pattern(100);
      socket.write(bytes);
      bytes.fill(0);
      await rig.until(() => peer.received().length === 100);
      assert.deepEqual(peer.received(), pattern(100));
    },
  ],
];

export const transfers: readonly Behaviour[] = [
  [
    "brings bytes to the chip exactly, in whatever pieces they are sent and read",
    async (rig) => {
      const pieces = fc.array(fc.integer({ min: 1, max: 12_000 }), { minLength: 1, maxLength: 8 });
      const portion = fc.integer({ min: 200, max: 7000 });
      await fc.assert(
        fc.asyncProperty(pieces, portion, async (lengths, portionBytes) => {
          const { socket, peer } = await connectTo(rig);
          const readOn = (): void => {
            if (socket.unreadBytes === 0) return;
            socket.read(Math.min(portionBytes, socket.unreadBytes));
            rig.world.schedule(readOn, 0);
          };
          socket.react = (event) => {
            if (event === "readable") rig.world.schedule(readOn, 0);
          };
          const sent = pattern(lengths.reduce((sum, length) => sum + length, 0));
          let at = 0;
          for (const length of lengths) peer.send(sent.subarray(at, (at += length)));
          peer.end();
          await rig.until(() => socket.has("error"));
          assert.deepEqual(socket.received, sent);
          socket.close();
        }),
        { numRuns: 12 },
      );
    },
  ],
  [
    "brings bytes to the server exactly, in whatever pieces they are written",
    async (rig) => {
      const pieces = fc.array(fc.integer({ min: 1, max: windowBytes }), { maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(pieces, async (lengths) => {
          const { socket, peer } = await connectTo(rig);
          const sent = pattern(lengths.reduce((sum, length) => sum + length, 0));
          let at = 0;
          for (const length of lengths) {
            await rig.until(() => socket.writableBytes >= length);
            socket.write(sent.subarray(at, (at += length)));
          }
          socket.close();
          await rig.until(() => peer.closed());
          assert.deepEqual(peer.received(), sent);
        }),
        { numRuns: 12 },
      );
    },
  ],
];

export const timing: readonly Behaviour[] = [
  [
    "calls a timer once, in a later turn, not before its delay; a shorter one before a longer",
    async (rig) => {
      const { world } = rig;
      const startMs = world.nowMs();
      const seen: string[] = [];
      const lateMs = (delayMs: number): number => world.nowMs() - startMs - delayMs;
      for (const delayMs of [20, 10, 0]) {
        world.schedule(() => {
          // Node counts a moment in whole milliseconds, and so may be one too early.
          assert.ok(lateMs(delayMs) >= -1, `${-lateMs(delayMs)} ms early`);
          seen.push(`${delayMs}`);
        }, delayMs);
      }
      assert.deepEqual(seen, []);
      await rig.until(() => seen.length === 3);
      await rig.settle();
      assert.deepEqual(seen, ["0", "10", "20"]);
    },
  ],
  [
    "calls no timer that was cancelled",
    async (rig) => {
      const timer = rig.world.schedule(() => assert.fail("it was cancelled"), 5);
      rig.world.cancel(timer);
      rig.world.cancel(timer);
      await rig.settle();
    },
  ],
];
