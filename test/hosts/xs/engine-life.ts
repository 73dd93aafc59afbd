// One life of a device on the real engine, in a process of its own, from the factory to a confirmed
// update, with the power failing meanwhile; and what must hold on the way, checked as it happens.
//
//   no slot is ever left that does not boot          only bytes that were published are started
//   a key that was used once is never lost           what is confirmed stays, also at the next boot
//   a cut costs a sector and a chunk at most         boots and requests are bounded
//   no boot ends but by a restart or a cut: no exception, no full memory, no hang

import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ChipReport } from "../../../src/simulator/chip/chip-options.js";
import { SimulatedChip } from "../../../src/simulator/chip/simulated-chip.js";
import { XsProcessor } from "../../../src/simulator/chip/xs-processor.js";
import { makeFirmware } from "../../../src/simulator/firmware/firmware.js";
import {
  makeFlashImage,
  partitionOf,
  readFlashImage,
} from "../../../src/simulator/firmware/flash-image.js";
import type { Modules } from "../../../src/simulator/firmware/module-archive.js";
import type { PowerCut } from "../../../src/simulator/chip/power-cut.js";
import { FlashWindow } from "../../../src/formats/flash/flash-window.js";
import { MemoryFlash } from "../../../src/formats/flash/memory-flash.js";
import type { AgentStatus } from "../../../src/agent/status.js";
import { Nvs } from "../../../src/formats/nvs/nvs.js";
import { sectorBytes } from "../../../src/ports/flash.js";
import { TcpDoor } from "../../support/tcp-door.js";
import { VirtualService, type Bend } from "../../support/virtual-service.js";
import { sha256Hex } from "../../support/world.js";

const chunkBytes = 4096;
/** The chip's heap, as the simulator's default has it. */
const heapBytesDefault = 94_208;
const serial = "0001";
/** Of a boot with its visit to the service, beyond the ranges. */
const requestsPerBootMax = 12;
/** A life takes about a second; a busy machine may take long, a hang takes for ever. */
const lifeMsMax = 120_000;

const config = { chunkBytes };
/** What the factory has put in, and the release. */
export interface LifeFirmware {
  readonly before: Uint8Array;
  readonly image: Uint8Array;
}

/** @param modules of the firmware, in place of those that the simulator makes */
export function makeLifeFirmware(modules: Modules = {}): LifeFirmware {
  return {
    before: makeFirmware({ name: "lamp", version: "1.0.0", config, modules }),
    image: makeFirmware({ name: "lamp", version: "1.1.0", config, modules, seed: 1 }),
  };
}

const firmwareDefault = makeLifeFirmware();

export interface LifePlan {
  readonly cuts: readonly PowerCut[];
  readonly bend?: Bend;
  /** Of the device; the default of the simulator if absent. */
  readonly heapBytes?: number;
  readonly stackSlots?: number;
  /** As the simulator makes it if absent. */
  readonly firmware?: LifeFirmware;
  /** What the service has instead of the image that the checks know: a control of theirs. */
  readonly release?: Uint8Array;
}

export interface LifeEnd {
  readonly report: ChipReport;
  readonly milliseconds: number;
  /** Activations whose answer a cut took. */
  readonly lostAnswers: number;
}

export class EngineLife {
  readonly #plan: LifePlan;
  readonly #firmware: LifeFirmware;
  readonly #flashFile: string;
  readonly #engine: string;
  readonly #service = new VirtualService();
  readonly #startedMs = performance.now();
  #chip: SimulatedChip | undefined;
  /** The key that the service has seen in use. */
  #usedCik: string | undefined;
  #status: AgentStatus | undefined;
  #lostAnswers = 0;
  /** Losses of power that the life itself asked for, to go on at once. */
  #helped = 0;
  #isConfirmed = false;
  #settle: (problem?: Error) => void = () => undefined;

  constructor(engine: string, folder: string, plan: LifePlan) {
    this.#engine = engine;
    this.#plan = plan;
    this.#firmware = plan.firmware ?? firmwareDefault;
    this.#flashFile = join(folder, "flash.bin");
  }

  /** Rejects with what did not hold. */
  async run(): Promise<LifeEnd> {
    const service = this.#service;
    const { before, image } = this.#firmware;
    const { release = image } = this.#plan;
    service.enabled.add(serial);
    service.contents.set("lamp-1.1.0", {
      bytes: release,
      meta: `version=1.1.0&sha256=${sha256Hex(release)}`,
      timestampSeconds: 1_700_000_000,
    });
    service.bend = (request, answer) => {
      const cik = request.fields.get("x-exosite-cik");
      if (cik !== undefined && answer.status < 300) this.#usedCik = cik;
      return this.#plan.bend?.(request, answer) ?? answer;
    };
    const door = await TcpDoor.open(service.accept);
    const identity = { vendor: "lights", model: "lamp", sn: serial, host: "127.0.0.1" };
    const flash = makeFlashImage({ identity: { ...identity, port: door.port }, firmware: before });
    writeFileSync(this.#flashFile, flash);
    const chip = this.#makeChip();
    this.#chip = chip;
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#settle = (problem) => {
          if (problem === undefined) resolve();
          else reject(problem);
        };
        timer = setTimeout(() => {
          this.#settle(new Error(`it comes to no end: ${JSON.stringify(this.#status)}`));
        }, lifeMsMax);
        chip.powerOn();
      });
    } finally {
      clearTimeout(timer);
      await chip.powerOff();
      await door.close();
    }
    this.#checkEnd(chip.report());
    rmSync(this.#flashFile);
    const milliseconds = performance.now() - this.#startedMs;
    return { report: chip.report(), milliseconds, lostAnswers: this.#lostAnswers };
  }

  #makeChip(): SimulatedChip {
    const guarded =
      <Values extends unknown[]>(act: (...values: Values) => void) =>
      (...values: Values): void => {
        try {
          act(...values);
        } catch (error) {
          this.#settle(error instanceof Error ? error : new Error("no error was thrown"));
        }
      };
    const { stackSlots, heapBytes = heapBytesDefault } = this.#plan;
    // A busy machine must not be taken for a hanging device.
    const common = { flashFile: this.#flashFile, watchdogMs: lifeMsMax };
    const processor = new XsProcessor({
      ...common,
      engine: this.#engine,
      heapBytes,
      ...(stackSlots !== undefined && { stackSlots }),
    });
    return new SimulatedChip(
      {
        ...common,
        resetDelayMs: 1,
        cuts: this.#plan.cuts,
        observer: {
          booted: guarded(({ slot }) => {
            this.#checkBoot(slot);
          }),
          event: guarded((event) => {
            if (event.event === "status") this.#takeStatus(event);
          }),
          ended: guarded((end) => {
            assert.ok(end === "restart" || end === "power-cut", `a boot ends with ${end}`);
          }),
          failed: guarded((problem) => {
            throw new Error(`nothing boots: ${problem}`);
          }),
        },
      },
      processor,
    );
  }

  #checkBoot(slot: number): void {
    const flash = readFileSync(this.#flashFile);
    const { offset } = partitionOf(readFlashImage(flash), `ota_${slot}`);
    const isWhole = [this.#firmware.before, this.#firmware.image].some((each) =>
      flash.subarray(offset, offset + each.length).equals(each),
    );
    assert.ok(isWhole, `ota_${slot} starts what nobody published`);
    if (this.#isConfirmed) assert.equal(slot, 1, "a confirmed update is gone");
    if (this.#usedCik !== undefined) assert.equal(this.#storedCik(flash), this.#usedCik);
  }

  #takeStatus(status: AgentStatus): void {
    this.#status = status;
    if (status.state === "refused") this.#help(status);
    if (status.state !== "idle" || status.trial || status.version !== "1.1.0") return;
    if (this.#isConfirmed) {
      this.#settle();
      return;
    }
    // Once more from power: what is confirmed stays.
    this.#isConfirmed = true;
    this.#helped += 1;
    this.#chip?.cutPower();
  }

  /** The vendor enables the serial again; a new boot asks at once, which else takes a minute. */
  #help({ reason }: AgentStatus): void {
    assert.equal(this.#usedCik, undefined, "a key that was used is refused");
    assert.match(reason, /answer.* was lost.* \(409\): enable serial 0001 of model lamp again/);
    this.#lostAnswers += 1;
    this.#helped += 1;
    this.#service.enabled.add(serial);
    this.#chip?.cutPower();
  }

  #storedCik(flash: Uint8Array): string | undefined {
    const { offset, size } = partitionOf(readFlashImage(flash), "nvs");
    const nvs = Nvs.open(new FlashWindow(new MemoryFlash(flash.slice()), offset, size));
    const item = nvs.get("provision", "cik");
    return item?.type === "string" ? item.value : undefined;
  }

  #checkEnd({ boots, powerCuts, counters }: ChipReport): void {
    const { bytesFetched = 0, requests = 0 } = counters;
    const cuts = powerCuts - this.#helped;
    assert.ok(boots <= 2 + 3 * powerCuts, `${boots} boots with ${powerCuts} cuts`);
    if (this.#plan.bend !== undefined) return;
    const twice = bytesFetched - this.#firmware.image.length;
    assert.ok(twice <= cuts * (sectorBytes + chunkBytes), `${twice} bytes twice, ${cuts} cuts`);
    assert.equal(this.#service.activations, 1 + this.#lostAnswers);
    const ranges = Math.ceil(bytesFetched / chunkBytes) + 8 * boots;
    assert.ok(requests <= ranges + requestsPerBootMax * boots, `${requests} requests`);
  }
}
