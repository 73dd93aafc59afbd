// What every world's sockets must do, whatever they are made of: one table of behaviours, run over
// the virtual network and over Node's real one. What only one of them can show (exact moments, the
// system's buffers) is in that one's own test.

import assert from "node:assert/strict";
import fc from "fast-check";
import { TcpRecorder } from "../../support/tcp-recorder.js";
import type { World } from "../../../hosts/node/world.js";

/** The unread bytes that a chip's socket holds, and the unsent ones. */
export const windowBytes = 5744;

/** A server's end of one connection. */
export interface RigPeer {
  received(): Buffer;
  /** The chip has closed, in whatever manner. */
  closed(): boolean;
  send(bytes: Uint8Array): void;
  end(): void;
  reset(): void;
}

/** A world with one server in it. */
export interface Rig {
  readonly world: World;
  readonly server: { readonly address: string; readonly port: number };
  /** An address where nobody listens. */
  readonly nobody: { readonly address: string; readonly port: number };
  /** Connections that the server has accepted, in their order. */
  readonly peers: readonly RigPeer[];
  /** Lives until `done`; rejects if it does not happen. */
  until(done: () => boolean): Promise<void>;
  /** Lives until whatever was to happen has happened. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

interface Connected {
  readonly socket: TcpRecorder;
  readonly peer: RigPeer;
}

export async function connectTo(rig: Rig): Promise<Connected> {
  const before = rig.peers.length;
  const socket = new TcpRecorder(rig.world.connect, rig.server);
  await rig.until(() => socket.events.length > 0 && rig.peers.length > before);
  const peer = rig.peers[before];
  assert.ok(peer);
  assert.deepEqual(socket.events, [`writable ${windowBytes}`]);
  return { socket, peer };
}

/** `byteLength` bytes that differ from their neighbours and from one window to the next. */
export function pattern(byteLength: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: byteLength }, (_, i) => (i * 31 + (i >> 8)) & 255));
}

type Behaviour = readonly [name: string, run: (rig: Rig) => Promise<void>];

const connecting: readonly Behaviour[] = [
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

const reading: readonly Behaviour[] = [
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

const writing: readonly Behaviour[] = [
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

const ending: readonly Behaviour[] = [
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

const closing: readonly Behaviour[] = [
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

const transfers: readonly Behaviour[] = [
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

const timing: readonly Behaviour[] = [
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

const contract = { connecting, reading, writing, ending, closing, transfers, timing };

/** Runs the contract over what `openRig` opens, anew for each behaviour. */
export function describeContract(openRig: () => Promise<Rig>): void {
  for (const [part, behaviours] of Object.entries(contract)) {
    describe(part, () => {
      for (const [name, run] of behaviours) {
        it(name, async () => {
          const rig = await openRig();
          try {
            await run(rig);
          } finally {
            await rig.close();
          }
        });
      }
    });
  }
}
