// A chip in a process, a network and a diary of what happens, for its tests.

import { VirtualDevice, type VirtualDeviceOptions } from "../../../hosts/node/virtual-device.js";
import { VirtualNetwork, type PeerSocket } from "../../../hosts/node/virtual-network.js";
import { VirtualTime } from "../../../hosts/node/virtual-time.js";
import type { Platform } from "../../../src/ports/platform.js";
import type { TCPOptions } from "../../../src/ports/tcp.js";
import { MemoryStores } from "../../support/memory-store.js";
import { flashWith } from "../../formats/flash/flash-layout.js";

export const server = { address: "10.0.0.1", port: 80 };
export const watchdogMs = 1000;
export const minuteMs = 60_000;

/** A program: what a slot holds. It is called at each boot. */
export type Program = (platform: Platform) => void;

export class Rig {
  readonly time = new VirtualTime();
  readonly network = new VirtualNetwork(this.time, { latencyMs: 5 });
  readonly flash = flashWith();
  readonly chip: VirtualDevice;
  readonly peers: PeerSocket[] = [];
  readonly diary: string[] = [];
  /** What the boot loader starts next. */
  nextSlot = 0;

  constructor(program: Program, options: Partial<VirtualDeviceOptions> = {}) {
    const stores = new MemoryStores();
    this.network.listen(server.address, server.port, (socket) => {
      this.peers.push(socket);
      return {
        onBytes: (bytes) => {
          this.note(`server: ${bytes.length} bytes`);
        },
        onClosed: () => {
          this.note("server: closed");
        },
      };
    });
    this.chip = new VirtualDevice({
      flash: this.flash,
      world: this.network,
      startBootLoader: () => ({ slot: this.nextSlot }),
      openStores: () => stores.open,
      watchdogMs,
      startImage: (platform) => {
        this.note(`boot by ${platform.boot.resetReason}`);
        program(platform);
        return undefined;
      },
      ...options,
    });
  }

  note(what: string): void {
    this.diary.push(`${what} at ${this.time.nowMs}`);
  }

  live(forMs: number): void {
    this.time.runUntil(() => false, this.time.nowMs + forMs);
  }
}

export function feed(platform: Platform, times = Infinity): void {
  platform.boot.feedWatchdog();
  if (times > 1) platform.timer.set(() => feed(platform, times - 1), 300);
}

/** Callbacks that each do the same. */
export function sayAll(say: (what: string) => void): Omit<TCPOptions, "address" | "port"> {
  return {
    onReadable: (byteLength) => {
      say(`readable ${byteLength}`);
    },
    onWritable: () => {
      say("connected");
    },
    onError: () => {
      say("over");
    },
  };
}

/** Everything a boot can leave behind, begun at once. */
export function beginEverything(platform: Platform, say: (what: string) => void): void {
  platform.timer.set(() => {
    say("timer");
  }, 0);
  platform.timer.set(() => {
    say("later timer");
  }, 100);
  platform.resolve("10.1.1.1", () => {
    say("resolved");
  });
  platform.boot.restart();
}
