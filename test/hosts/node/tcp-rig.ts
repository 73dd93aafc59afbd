// A world with one server in it, over which the contract of the sockets runs (tcp-contract.ts).

import assert from "node:assert/strict";
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

export type Behaviour = readonly [name: string, run: (rig: Rig) => Promise<void>];
