// The simulated chip without an engine: the agent runs in this Node process, over the same flash
// file, boot loader and power cuts. For machines without a C compiler. The code that runs is this
// checkout's, whatever slot was started; only its version is the slot's.

import { Chip } from "../../../hosts/node/chip.js";
import { NodeWorld } from "../../../hosts/node/node-world.js";
import { openNvsStores } from "../../../hosts/node/nvs-stores.js";
import { openSha256 } from "../../../hosts/node/digest.js";
import type { FlashPartition } from "../../ports/flash.js";
import type { ResetReason } from "../../ports/boot.js";
import { boot } from "../../formats/boot/boot-loader.js";
import type { ChipObserver, ChipReport } from "./chip.js";
import { CuttingFlash } from "./cutting-flash.js";
import type { FirmwareConfig } from "../../../hosts/xs/device/config.js";
import { FlashFile } from "./flash-file.js";
import type { PowerCut } from "./power-cut.js";

export interface NodeChipOptions {
  readonly flashFile: string;
  readonly config: FirmwareConfig;
  readonly cuts?: readonly PowerCut[];
  readonly resetDelayMs?: number;
  readonly observer?: ChipObserver;
}

const resetDelayMsDefault = 20;

export class NodeChip {
  readonly #options: NodeChipOptions;
  readonly #flash: CuttingFlash;
  readonly #world = new NodeWorld();
  readonly #chip: Chip;
  readonly #cuts: PowerCut[];
  readonly #resets: Partial<Record<ResetReason, number>> = {};
  #powerCuts = 0;
  #connections = 0;
  #fetchedBytes = 0;
  #requests = 0;
  #cutTimer: NodeJS.Timeout | undefined;
  #bootTimer: NodeJS.Timeout | undefined;
  #progressPercent = -1;

  constructor(options: NodeChipOptions) {
    this.#options = options;
    this.#cuts = [...(options.cuts ?? [])];
    this.#flash = new CuttingFlash(new FlashFile(options.flashFile), () => {
      // Whatever the program makes of the exception: without power it is over.
      this.#chip.cutPower();
      setImmediate(() => {
        this.#losePower();
      });
    });
    this.#chip = new Chip({
      flash: this.#flash,
      world: this.#world,
      startBootLoader: (flash) => this.#startBootLoader(flash),
      openStores: openNvsStores,
      openDigest: openSha256,
      log: (line) => options.observer?.line?.(line),
      onThrown: (error) => {
        this.#bear(error);
      },
      agent: { ...options.config, observer: this.#agentObserver() },
    });
  }

  powerOn(): void {
    this.#dueCut();
    this.#boot("power-on");
  }

  async powerOff(): Promise<void> {
    clearTimeout(this.#cutTimer);
    clearTimeout(this.#bootTimer);
    this.#chip.cutPower();
    this.#world.close();
    this.#flash.close();
    await Promise.resolve();
  }

  report(): ChipReport {
    return {
      boots: this.#chip.boots,
      resets: this.#resets,
      powerCuts: this.#powerCuts,
      eraseCount: this.#flash.blocksErased,
      counters: {
        connections: this.#connections,
        bytesFetched: this.#fetchedBytes,
        requests: this.#requests,
      },
    };
  }

  #boot(reason: ResetReason): void {
    try {
      this.#chip.powerOn(reason);
    } catch (error) {
      this.#bear(error);
    }
  }

  #startBootLoader(flash: FlashPartition): { slot: number } {
    const report = boot(flash, { openDigest: openSha256 });
    if (report.booted === undefined) throw new Error(report.problem ?? "no image starts");
    const slot = report.booted.index;
    const refused = report.tried.flatMap(({ index, problem }) =>
      problem === undefined ? [] : [`ota_${index}: ${problem}`],
    );
    const reason = this.#chip.resetReason;
    this.#resets[reason] = (this.#resets[reason] ?? 0) + 1;
    this.#options.observer?.booted?.({ reason, slot, refused });
    return { slot };
  }

  /** What a program without power throws means nothing; anything else is the chip's end. */
  #bear(error: unknown): void {
    if (!this.#flash.hasPower) return;
    this.#chip.cutPower();
    this.#options.observer?.failed?.(error instanceof Error ? error.message : String(error));
  }

  #losePower(): void {
    clearTimeout(this.#cutTimer);
    this.#chip.cutPower();
    this.#powerCuts += 1;
    this.#options.observer?.powerCut?.();
    this.#bootTimer = setTimeout(() => {
      this.powerOn();
    }, this.#options.resetDelayMs ?? resetDelayMsDefault);
  }

  #dueCut(): void {
    const cut = this.#cuts.shift();
    this.#flash.arm(cut);
    if (cut?.at !== "time") return;
    this.#cutTimer = setTimeout(() => {
      this.#losePower();
    }, cut.delayMs);
  }

  #agentObserver() {
    const tell = (event: object): void => {
      this.#options.observer?.line?.(`@${JSON.stringify(event)}`);
    };
    return {
      status: (status: object) => {
        tell({ event: "status", ...status });
      },
      progress: (done: number, total: number) => {
        const percent = Math.floor((100 * done) / total);
        if (percent === this.#progressPercent) return;
        this.#progressPercent = percent;
        tell({ event: "progress", done, total });
      },
      fetched: (byteLength: number) => {
        this.#fetchedBytes += byteLength;
      },
      connected: () => {
        this.#connections += 1;
      },
      requested: () => {
        this.#requests += 1;
      },
    };
  }
}
