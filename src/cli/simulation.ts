// One simulation: a service, a flash image, a link, a chip; then life takes its course until the
// device is confirmed on a new version, or cannot come to that.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { formatStatus, type AgentStatus } from "../agent/status.js";
import { Nvs } from "../flash/nvs.js";
import { compareVersions, parseVersion } from "../protocol/version.js";
import type { ChipObserver, ChipReport } from "../../hosts/desktop/chip.js";
import { parseChipEvent } from "../../hosts/desktop/chip-event.js";
import type { FirmwareConfig } from "../../hosts/desktop/device/config.js";
import { makeFirmware } from "../../hosts/desktop/firmware.js";
import {
  findPartition,
  makeFlashImage,
  readFlashImage,
  type FlashContents,
} from "../../hosts/desktop/flash-image.js";
import { randomCuts, type PowerCut } from "../../hosts/desktop/power-cut.js";
import { FlashWindow } from "../../hosts/node/flash-window.js";
import { Link } from "../../hosts/node/link.js";
import { MemoryFlash } from "../../hosts/node/memory-flash.js";
import { OwnBackend } from "./backend.js";
import { awaitServer } from "./await-server.js";
import { openEngine, type Engine } from "./engine.js";
import type { Facts } from "./facts.js";
import type { SimulationOptions } from "./simulation-options.js";

/** What goes on, for whoever shows it. */
export interface SimulationObserver {
  step(text: string): void;
  status(status: AgentStatus): void;
  progress(doneBytes: number, totalBytes: number, report: ChipReport): void;
  diagnostic(line: string): void;
}

export interface SimulationResult {
  readonly facts: Facts;
  /** Why the device did not end confirmed on a new version. */
  readonly problem?: string;
}

/** In the folder where the command was given; git ignores it. */
const projectFolder = ".provision";
const firstVersion = "1.0.0";
/** Times in a row that a device may fail, or be refused, before the simulation gives it up. */
const failuresMax = 6;
const refusalsMax = 2;
/** Boots beyond those that cuts explain: a device that needs more of them is in a loop. */
const extraBootsMax = 20;

export class Simulation {
  readonly #options: SimulationOptions;
  readonly #observer: SimulationObserver;
  readonly #startedMs = performance.now();
  /** Undone in reverse order at the end, whatever the end is. */
  readonly #cleanups: (() => void | Promise<void>)[] = [];
  #versionBefore = firstVersion;
  #versionAfter = firstVersion;
  #imageBytes = 0;
  #lastDiagnostic = "";
  #lastStatus = "";
  #failures = 0;
  /** The power failed; where the download goes on has not been told yet. */
  #resumes = false;
  #refusals = 0;

  constructor(options: SimulationOptions, observer: SimulationObserver) {
    this.#options = options;
    this.#observer = observer;
  }

  /** Throws what could not be set up; the device's own failures are in the result. */
  async run(): Promise<SimulationResult> {
    try {
      return await this.#run();
    } finally {
      for (const cleanup of this.#cleanups.reverse()) await cleanup();
    }
  }

  async #run(): Promise<SimulationResult> {
    const options = this.#options;
    const engine = await openEngine(options.engine, (line) => {
      this.#observer.step(line);
    });
    const folder = this.#openFolder();
    const flashFile =
      options.flash === undefined ? join(folder, "flash.bin") : resolve(options.flash);
    if (existsSync(flashFile)) this.#versionBefore = versionIn(flashFile);
    const backend =
      options.server === undefined ? await this.#openBackend(folder, flashFile) : undefined;
    const link = await this.#openLink(backend);
    this.#writeFlash(flashFile, link.port);
    return await this.#live(engine, flashFile, link);
  }

  /** Where a simulation keeps its things: beside the device if that is kept, else until the end. */
  #openFolder(): string {
    const { flash } = this.#options;
    if (flash !== undefined) return `${resolve(flash)}.service`;
    mkdirSync(projectFolder, { recursive: true });
    const folder = mkdtempSync(join(projectFolder, "simulate-"));
    this.#cleanups.push(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    return folder;
  }

  async #openBackend(folder: string, flashFile: string): Promise<OwnBackend> {
    const { vendor, model, sn, size, content } = this.#options;
    const backend = await OwnBackend.open({ dataDirectory: folder, vendor, model, serial: sn });
    this.#cleanups.push(() => backend.close());
    this.#observer.step(`service on http://127.0.0.1:${backend.port}, its data in ${folder}`);
    if (existsSync(folder) && !(existsSync(flashFile) && hasCik(flashFile))) {
      await backend.enableAgain(sn);
    }
    const before = this.#firmware(this.#versionBefore);
    const version = nextVersion(this.#versionBefore);
    const image = this.#firmware(version, size);
    const first = { id: `${model}-${this.#versionBefore}`, version: this.#versionBefore };
    await backend.publish({ ...first, image: before });
    const id = content ?? `${model}-${version}`;
    await backend.publish({ id, version, image });
    this.#observer.step(
      `vendor ${vendor}, model ${model}, serial ${sn}; releases ${first.id}, ${id}`,
    );
    return backend;
  }

  async #openLink(backend: OwnBackend | undefined): Promise<Link> {
    const { server, latency, bandwidth } = this.#options;
    const url = new URL(server ?? `http://127.0.0.1:${backend?.port ?? 0}`);
    const address = { host: url.hostname, port: Number(url.port === "" ? 80 : url.port) };
    if (server !== undefined) await awaitServer(address);
    const link = await Link.open({
      serverHost: address.host,
      serverPort: address.port,
      latencyMs: latency,
      ...(bandwidth !== undefined && { bandwidthBytes: bandwidth }),
    });
    this.#cleanups.push(() => link.close());
    return link;
  }

  /** The factory: a new device, or the kept one with the address of this run's link. */
  #writeFlash(flashFile: string, port: number): void {
    const { vendor, model, sn } = this.#options;
    if (existsSync(flashFile)) {
      const flash = readFileSync(flashFile);
      const nvs = openNvs(flash);
      nvs.set("provision", "host", { type: "string", value: "127.0.0.1" });
      nvs.set("provision", "port", { type: "string", value: String(port) });
      writeFileSync(flashFile, flash);
      this.#observer.step(`device ${flashFile}, on ${this.#versionBefore}`);
      return;
    }
    const identity = { vendor, model, sn, host: "127.0.0.1", port };
    const firmware = this.#firmware(firstVersion);
    writeFileSync(flashFile, makeFlashImage({ identity, firmware }));
    this.#observer.step(`flash image of 4 MiB with firmware ${firstVersion} in ota_0`);
  }

  #firmware(version: string, byteLength?: number): Uint8Array {
    return makeFirmware({
      name: this.#options.model,
      version,
      config: this.#config,
      ...(byteLength !== undefined && { byteLength: Math.ceil(byteLength / 16) * 16 }),
    });
  }

  get #config(): FirmwareConfig {
    const { chunk, pipeline, content } = this.#options;
    return {
      chunkBytes: chunk,
      pipelineDepth: pipeline,
      ...(content !== undefined && { release: { kind: "fixed", id: content } }),
    };
  }

  get #cuts(): PowerCut[] {
    const { cuts, seed, cutAt, size } = this.#options;
    if (cuts !== undefined) return randomCuts({ count: cuts, seed, imageBytes: size });
    return [{ at: "slot-bytes", count: cutAt ?? Math.floor(size / 2) }];
  }

  async #live(engine: Engine, flashFile: string, link: Link): Promise<SimulationResult> {
    const { heap, timeout } = this.#options;
    let settle: (problem: string | undefined) => void = () => undefined;
    const settled = new Promise<string | undefined>((resolvePromise) => {
      settle = resolvePromise;
    });
    const chip = engine.makeChip({
      flashFile,
      heapBytes: heap,
      cuts: this.#cuts,
      config: this.#config,
      observer: this.#chipObserver(() => chip.report(), settle),
    });
    const timer = setTimeout(() => {
      settle(`it took longer than ${timeout} s; last: ${this.#lastStatus}`);
    }, timeout * 1000);
    const interrupt = (): void => {
      settle("interrupted");
    };
    process.once("SIGINT", interrupt);
    process.once("SIGTERM", interrupt);
    chip.powerOn();
    const problem = await settled;
    clearTimeout(timer);
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
    await chip.powerOff();
    const facts = this.#facts(engine, chip.report(), flashFile, link);
    return problem === undefined ? { facts } : { facts, problem };
  }

  #chipObserver(
    report: () => ChipReport,
    settle: (problem: string | undefined) => void,
  ): ChipObserver {
    return {
      booted: ({ reason, slot, refused }) => {
        for (const problem of refused) this.#observer.step(`the boot loader refuses ${problem}`);
        this.#observer.step(`boot (${reason}) from ota_${slot}`);
        const { boots, powerCuts } = report();
        if (boots > 2 * powerCuts + extraBootsMax) {
          settle(`it restarts over and over${this.#lastDiagnostic}`);
        }
      },
      line: (line) => {
        const event = parseChipEvent(line);
        if (event === undefined) {
          if (this.#options.verbose) this.#observer.diagnostic(`    ${line.trimEnd()}`);
          return;
        }
        if (event.event === "progress") {
          this.#imageBytes = event.total;
          this.#failures = 0;
          if (this.#resumes) this.#tellResume(event.done, report());
          this.#observer.progress(event.done, event.total, report());
          return;
        }
        this.#observer.status(event);
        this.#judge(event, settle);
      },
      diagnostic: (line) => {
        this.#lastDiagnostic = `: ${line}`;
        this.#observer.diagnostic(line);
      },
      powerCut: () => {
        this.#resumes = true;
        this.#observer.step("POWER CUT");
      },
      failed: (problem) => {
        settle(`the chip cannot go on: ${problem}`);
      },
    };
  }

  #tellResume(doneBytes: number, { counters }: ChipReport): void {
    this.#resumes = false;
    const lost = (counters["bytesFetched"] ?? 0) - doneBytes;
    const place = `${doneBytes} of ${this.#imageBytes} bytes`;
    this.#observer.step(`goes on at ${place}; ${Math.max(0, lost)} bytes are fetched twice`);
  }

  /** Is that how the story ends? */
  #judge(status: AgentStatus, settle: (problem: string | undefined) => void): void {
    if (!status.trial) this.#versionAfter = status.version;
    this.#lastStatus = formatStatus(status);
    if (status.state === "backing-off") this.#failures += 1;
    if (status.state === "refused") this.#refusals += 1;
    if (status.state === "listing") this.#refusals = 0;
    if (status.state === "idle" && !status.trial) {
      const isNew = status.version !== this.#versionBefore;
      const why = status.reason === "" ? "there is nothing newer" : status.reason;
      settle(isNew ? undefined : `the device stays on ${status.version}: ${why}`);
    } else if (status.state === "unidentified") settle(status.reason);
    else if (this.#refusals === refusalsMax || this.#failures === failuresMax) {
      settle(status.reason);
    }
  }

  #facts(engine: Engine, report: ChipReport, flashFile: string, link: Link): Facts {
    const { counters } = report;
    const fetched = counters["bytesFetched"] ?? 0;
    return {
      versionBefore: this.#versionBefore,
      versionAfter: this.#versionAfter,
      activated: hasCik(flashFile),
      imageBytes: this.#imageBytes,
      bytesFetched: fetched,
      bytesRefetched: Math.max(0, fetched - this.#imageBytes),
      requests: counters["requests"] ?? 0,
      connections: link.connections,
      serverBytesResent: Math.max(0, link.rangeBytesSent - this.#imageBytes),
      powerCuts: report.powerCuts,
      boots: report.boots,
      eraseCount: report.eraseCount,
      engine: engine.description,
      slotBytes: engine.slotBytes,
      heapBytes: engine.slotBytes === null ? null : this.#options.heap,
      seconds: Math.round((performance.now() - this.#startedMs) / 10) / 100,
    };
  }
}

/** The content of a flash file. Throws an Error that names the file if it is none. */
function readFlash(flashFile: string): FlashContents {
  try {
    return readFlashImage(readFileSync(flashFile));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${flashFile} is no flash image: ${why}`, { cause: error });
  }
}

function openNvs(flash: Uint8Array): Nvs {
  const { partitions } = readFlashImage(flash);
  const { offset, size } = findPartition(partitions, "nvs");
  return Nvs.open(new FlashWindow(new MemoryFlash(flash), offset, size));
}

function hasCik(flashFile: string): boolean {
  return openNvs(readFileSync(flashFile)).get("provision", "cik") !== undefined;
}

/** The newest version in a slot: what the device was last updated to. */
function versionIn(flashFile: string): string {
  const versions = readFlash(flashFile).slots.flatMap(({ app, problem }) => {
    const version = problem === undefined ? parseVersion(app?.version ?? "") : undefined;
    return version === undefined ? [] : [version];
  });
  const [newest] = versions.sort((one, other) => compareVersions(other, one));
  if (newest === undefined) throw new Error(`${flashFile} holds no firmware`);
  return newest.text;
}

function nextVersion(text: string): string {
  const version = parseVersion(text);
  if (version === undefined) throw new Error(`${text} is no version`);
  return `${version.major}.${version.minor + 1}.0`;
}
