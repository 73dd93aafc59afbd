// A chip on virtual time: flash, a boot loader, the agent, and a power switch. The boot loader is
// an argument, so that the one under test is the simulated chip's own.

import { Agent } from "../../src/agent/agent.js";
import type { AgentOptions } from "../../src/agent/options.js";
import { Nvs } from "../../src/flash/nvs.js";
import { openNvsStore } from "../../src/flash/nvs-store.js";
import { openSha256 } from "../../src/flash/sha256.js";
import type { ResetReason } from "../../src/ports/boot.js";
import type { OpenDigest } from "../../src/ports/digest.js";
import type { FlashPartition } from "../../src/ports/flash.js";
import type { Platform } from "../../src/ports/platform.js";
import { partitionOpener } from "./partitions.js";
import type { VirtualNetwork } from "./virtual-network.js";
import type { VirtualEvent } from "./virtual-time.js";

/** Rewrites otadata as the boot loader does and tells which slot starts. Throws if none can. */
export type StartBootLoader = (flash: FlashPartition) => { readonly slot: number };

export interface VirtualChipOptions {
  readonly flash: FlashPartition;
  readonly network: VirtualNetwork;
  readonly startBootLoader: StartBootLoader;
  readonly agent?: AgentOptions;
  /** What runs in a slot; default: the agent. The version tells images apart. */
  readonly startImage?: (platform: Platform, agent: AgentOptions) => void;
  readonly random?: () => number;
  readonly openDigest?: OpenDigest;
  readonly onLog?: (line: string) => void;
  readonly watchdogMs?: number;
}

const watchdogMsDefault = 10_000;

export class VirtualChip {
  readonly #options: VirtualChipOptions;
  /** Changes at each reset and cut: what an earlier boot left behind is told by it. */
  #life = 0;
  #on = false;
  #lastFedMs = 0;
  boots = 0;
  /** Slot of the running boot. */
  slot = -1;
  agent: Agent | undefined;

  constructor(options: VirtualChipOptions) {
    this.#options = options;
  }

  get isOn(): boolean {
    return this.#on;
  }

  /** Boots. What the flash throws in the meantime (a power cut) passes through. */
  powerOn(reason: ResetReason = "power-on"): void {
    const { flash, startBootLoader, network } = this.#options;
    this.#life += 1;
    this.#on = true;
    this.boots += 1;
    this.slot = startBootLoader(flash).slot;
    this.#lastFedMs = network.time.nowMs;
    this.#watch();
    const platform = this.#platform(this.slot, reason);
    const agentOptions = this.#options.agent ?? {};
    if (this.#options.startImage === undefined) {
      this.agent = new Agent(platform, agentOptions);
      this.agent.start();
    } else {
      this.#options.startImage(platform, agentOptions);
    }
  }

  /** The power goes. Nothing of this boot happens any more. */
  cutPower(): void {
    this.#life += 1;
    this.#on = false;
    this.agent = undefined;
    this.#closeSockets();
  }

  /** Ends this boot and starts the next, as a reset of the chip does. */
  reset(reason: ResetReason): void {
    this.cutPower();
    this.powerOn(reason);
  }

  readonly #sockets = new Set<{ close(): void }>();

  #closeSockets(): void {
    for (const socket of this.#sockets) socket.close();
    this.#sockets.clear();
  }

  /** Calls back only in this boot. */
  #schedule(callback: () => void, delayMs: number): VirtualEvent {
    const life = this.#life;
    return this.#options.network.time.schedule(() => {
      if (life === this.#life) callback();
    }, delayMs);
  }

  #watch(): void {
    const watchdogMs = this.#options.watchdogMs ?? watchdogMsDefault;
    this.#schedule(() => {
      if (this.#options.network.time.nowMs - this.#lastFedMs >= watchdogMs) this.reset("watchdog");
      else this.#watch();
    }, watchdogMs);
  }

  #platform(slot: number, resetReason: ResetReason): Platform {
    const { flash, network, random, onLog, openDigest } = this.#options;
    const openPartition = partitionOpener(flash, slot);
    const nvs = Nvs.open(openPartition("nvs"));
    return {
      boot: {
        slot,
        resetReason,
        restart: () => {
          this.#schedule(() => {
            this.reset("software");
          }, 0);
        },
        feedWatchdog: () => {
          this.#lastFedMs = network.time.nowMs;
        },
      },
      clock: () => network.time.nowMs,
      connect: (options) => {
        const life = this.#life;
        const guard =
          <Arguments extends unknown[]>(callback: (...values: Arguments) => void) =>
          (...values: Arguments) => {
            if (life === this.#life) callback(...values);
          };
        const socket = network.connect({
          ...options,
          onReadable: guard(options.onReadable),
          onWritable: guard(options.onWritable),
          onError: guard(options.onError),
        });
        this.#sockets.add(socket);
        return socket;
      },
      log: onLog ?? (() => undefined),
      openDigest: openDigest ?? openSha256,
      openPartition,
      openStore: (domain) => openNvsStore(nvs, domain),
      random: random ?? (() => 0.5),
      resolve: (host, onResolved) => {
        const life = this.#life;
        network.resolve(host, (address) => {
          if (life === this.#life) onResolved(address);
        });
      },
      timer: {
        set: (callback, delayMs) => this.#schedule(callback, delayMs),
        clear: (handle) => {
          network.time.cancel(handle as VirtualEvent);
        },
      },
    };
  }
}
