// A device in a Node process: flash, a boot loader, the agent, a watchdog and a power switch, in
// virtual or real time. The boot loader is an argument.

import { Agent } from "../../src/agent/agent.js";
import type { AgentOptions } from "../../src/agent/options.js";
import { openSha256 } from "./digest.js";
import type { Boot, ResetReason } from "../../src/ports/boot.js";
import type { OpenDigest } from "../../src/ports/digest.js";
import type { FlashPartition } from "../../src/ports/flash.js";
import type { OpenStore } from "../../src/ports/key-value.js";
import type { Platform } from "../../src/ports/platform.js";
import type { TCP, TCPOptions } from "../../src/ports/tcp.js";
import type { FlashTimes } from "../../src/formats/flash/flash-times.js";
import { partitionOpener } from "../../src/formats/flash/partitions.js";
import { Stall } from "./stall.js";
import { TimedFlash } from "./timed-flash.js";
import type { Scheduled, World } from "./world.js";

/** Rewrites otadata as the boot loader does and tells which slot starts. Throws if none can. */
export type StartBootLoader = (flash: FlashPartition) => { readonly slot: number };

/** What runs in a slot. */
export type StartImage = (platform: Platform, options: AgentOptions) => Agent | undefined;

export interface VirtualDeviceOptions {
  readonly flash: FlashPartition;
  readonly world: World;
  readonly startBootLoader: StartBootLoader;
  readonly agent?: AgentOptions;
  /** Default: the agent. */
  readonly startImage?: StartImage;
  /** Mounts the partition `nvs`; called once per boot. */
  readonly openStores: (partition: FlashPartition) => OpenStore;
  readonly openDigest?: OpenDigest;
  readonly random?: () => number;
  readonly log?: (line: string) => void;
  readonly watchdogMs?: number;
  /** What flash costs the program; the device stands still meanwhile. Default: nothing. */
  readonly flashTimes?: FlashTimes;
  readonly macAddress?: Uint8Array;
  /** Restart or watchdog: this boot is over. Default: the device boots again at once. */
  readonly onReset?: (reason: ResetReason) => void;
  /** What a callback threw. Default: it passes through to whatever drives time. */
  readonly onThrown?: (error: unknown) => void;
}

const watchdogMsDefault = 10_000;

/** One boot, from power or reset to the next: what it holds of the world, and whether it lasts. */
class Life {
  readonly bootedMs: number;
  fedMs: number;
  readonly sockets = new Set<TCP>();
  readonly stall: Stall;
  over = false;

  constructor(world: World) {
    this.bootedMs = this.fedMs = world.nowMs();
    this.stall = new Stall(world);
  }

  end(): void {
    this.over = true;
    this.stall.clear();
    for (const socket of this.sockets) socket.close();
    this.sockets.clear();
  }
}

/** A timer that may have fired, and wait for the flash, when it is cleared. */
class DeviceTimer {
  callback: (() => void) | undefined;
  scheduled: Scheduled | undefined;

  constructor(callback: () => void) {
    this.callback = callback;
  }

  fire(): void {
    this.callback?.();
  }
}

export class VirtualDevice {
  readonly #options: VirtualDeviceOptions;
  #life: Life | undefined;
  boots = 0;
  /** Why the running boot began. */
  resetReason: ResetReason = "power-on";
  /** Slot of the running boot; -1 without power. */
  slot = -1;
  agent: Agent | undefined;

  constructor(options: VirtualDeviceOptions) {
    this.#options = options;
  }

  /** Boots; what ran before ends. What the flash throws meanwhile (a power cut) passes through. */
  powerOn(reason: ResetReason = "power-on"): void {
    this.cutPower();
    const { flash, startBootLoader, world, startImage } = this.#options;
    this.boots += 1;
    this.resetReason = reason;
    this.slot = startBootLoader(flash).slot;
    const life = new Life(world);
    this.#life = life;
    this.#watch(life);
    const platform = this.#platform(life, this.slot, reason);
    this.agent = (startImage ?? startAgent)(platform, this.#options.agent ?? {});
  }

  /** The power goes: nothing of this boot happens any more. */
  cutPower(): void {
    this.#life?.end();
    this.#life = undefined;
    this.slot = -1;
    this.agent = undefined;
  }

  #reset(reason: ResetReason): void {
    const { onReset } = this.#options;
    if (onReset === undefined) return this.powerOn(reason);
    this.cutPower();
    onReset(reason);
  }

  /** `callback`, if `life` still lasts when it is called. */
  #guard<Values extends unknown[]>(
    life: Life,
    callback: (...values: Values) => void,
  ): (...values: Values) => void {
    const run = (values: Values): void => {
      if (life.over) return;
      try {
        callback(...values);
      } catch (error) {
        if (this.#options.onThrown === undefined) throw error;
        this.#options.onThrown(error);
      }
    };
    return (...values) => {
      if (life.over) return;
      if (life.stall.isIdle) run(values);
      else life.stall.run(run, () => run(values));
    };
  }

  #schedule(life: Life, callback: () => void, delayMs: number): Scheduled {
    const { world } = this.#options;
    const busyMs = life.stall.nowMs() - world.nowMs();
    return world.schedule(this.#guard(life, callback), delayMs + busyMs);
  }

  /** Looks again at the moment when the watchdog would bite if it were not fed meanwhile. */
  #watch(life: Life): void {
    const { watchdogMs = watchdogMsDefault } = this.#options;
    const leftMs = life.fedMs + watchdogMs - life.stall.nowMs();
    this.#schedule(
      life,
      () => {
        if (life.stall.nowMs() - life.fedMs >= watchdogMs) this.#reset("watchdog");
        else this.#watch(life);
      },
      leftMs,
    );
  }

  #platform(life: Life, slot: number, resetReason: ResetReason): Platform {
    const { world, openStores } = this.#options;
    const openPartition = partitionOpener(this.#flashOf(life), slot);
    return {
      boot: this.#boot(life, slot, resetReason),
      clock: () => life.stall.nowMs() - life.bootedMs,
      connect: (options) => this.#connect(life, options),
      log: this.#options.log ?? (() => undefined),
      macAddress: () => this.#options.macAddress ?? macAddressDefault(),
      openDigest: this.#options.openDigest ?? openSha256,
      openPartition,
      openStore: openStores(openPartition("nvs")),
      random: this.#options.random ?? Math.random,
      resolve: (host, onResolved) => {
        world.resolve(host, this.#guard(life, onResolved));
      },
      timer: {
        set: (callback, delayMs) => {
          const timer = new DeviceTimer(callback);
          timer.scheduled = this.#schedule(life, () => timer.fire(), delayMs);
          return timer;
        },
        clear: (handle) => {
          if (!(handle instanceof DeviceTimer)) return;
          handle.callback = undefined;
          if (handle.scheduled !== undefined) world.cancel(handle.scheduled);
        },
      },
    };
  }

  #flashOf(life: Life): FlashPartition {
    const { flash, flashTimes } = this.#options;
    if (flashTimes === undefined) return flash;
    return new TimedFlash(flash, flashTimes, (durationMs) => {
      life.stall.busy(durationMs);
    });
  }

  #boot(life: Life, slot: number, resetReason: ResetReason): Boot {
    return {
      slot,
      resetReason,
      restart: () => {
        this.#schedule(
          life,
          () => {
            this.#reset("software");
          },
          0,
        );
      },
      feedWatchdog: () => {
        life.fedMs = life.stall.nowMs();
      },
    };
  }

  #connect(life: Life, options: TCPOptions): TCP {
    if (life.over) throw new Error("this boot of the chip is over");
    const socket = this.#options.world.connect({
      address: options.address,
      port: options.port,
      onReadable: this.#guard(life, options.onReadable),
      onWritable: this.#guard(life, options.onWritable),
      onError: this.#guard(life, options.onError),
    });
    life.sockets.add(socket);
    return {
      read: (buffer) => socket.read(buffer),
      write: (buffer) => {
        socket.write(buffer);
      },
      close: () => {
        life.sockets.delete(socket);
        socket.close();
      },
    };
  }
}

/** A locally administered address. */
function macAddressDefault(): Uint8Array {
  return Uint8Array.of(2, 0, 0, 0, 0, 1);
}

function startAgent(platform: Platform, options: AgentOptions): Agent {
  const agent = new Agent(platform, options);
  agent.start();
  return agent;
}
