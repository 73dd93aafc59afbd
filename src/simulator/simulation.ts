// One simulation: a service, a flash image, a link, a chip; then life takes its course until the
// device is confirmed on a new version, or cannot come to that.

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { formatStatus, type AgentStatus } from "../agent/status.js";
import { parseVersion } from "../protocol/version.js";
import type { ChipObserver, ChipReport } from "./chip/chip.js";
import type { ChipBoot } from "./chip/chip-options.js";
import { parseChipEvent } from "./chip/chip-event.js";
import type { FirmwareConfig } from "../../hosts/xs/device/config.js";
import { makeFirmware } from "./firmware/firmware.js";
import { randomCuts, type PowerCut } from "./chip/power-cut.js";
import { Link } from "../../hosts/node/link.js";
import { awaitServer } from "./await-server.js";
import { OwnBackend } from "./backend.js";
import { DeviceFile } from "./device-file.js";
import { openEngine, type Engine } from "./engine.js";
import type { Facts } from "./facts.js";
import type { SimulationOptions } from "./simulation-options.js";

/** What goes on, for whoever shows it. */
export interface SimulationObserver {
  step(text: string): void;
  status(status: AgentStatus): void;
  progress(doneBytes: number, totalBytes: number, report: ChipReport): void;
  diagnostic(line: string): void;
  /** A line of the device's own log. */
  line?(text: string): void;
  booted?(boot: ChipBoot): void;
  powerCut?(): void;
}

export interface SimulationResult {
  readonly facts: Facts;
  /** Why the device did not end confirmed on a new version. */
  readonly problem?: string;
}

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
  /** What an earlier run had left in the kept device's slot. */
  #firstBytes: number | undefined;
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
    if (options.program !== undefined && options.engine === "node") {
      throw new Error("a product's program runs on XS only: use --engine xs");
    }
    if (options.program !== undefined && !existsSync(options.program)) {
      throw new Error(`--program: ${options.program} is not there: name the product's main module`);
    }
    const engine = await openEngine(options.engine, (line) => {
      this.#observer.step(line);
    });
    const folder = this.#openFolder();
    const device = new DeviceFile(resolve(options.flash ?? join(folder, "flash.bin")));
    if (device.exists) this.#versionBefore = device.version;
    const backend =
      options.server === undefined ? await this.#openBackend(folder, device) : undefined;
    const link = await this.#openLink(backend);
    this.#prepare(device, link.port);
    return await this.#live(engine, device, link);
  }

  /** Where a simulation keeps its things: beside the device if that is kept, else until the end. */
  #openFolder(): string {
    const { flash } = this.#options;
    if (flash !== undefined) return `${resolve(flash)}.service`;
    const folder = mkdtempSync(join(tmpdir(), "provision-simulate-"));
    this.#cleanups.push(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    return folder;
  }

  async #openBackend(folder: string, device: DeviceFile): Promise<OwnBackend> {
    const { vendor, model, sn, size, content } = this.#options;
    const backend = await OwnBackend.open({ dataDirectory: folder, vendor, model, serial: sn });
    this.#cleanups.push(() => backend.close());
    this.#observer.step(`service on http://127.0.0.1:${backend.port}, its data in ${folder}`);
    if (!device.exists || !device.hasCik) await backend.enableAgain(sn);
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

  /** A new device, or the kept one with the address of this run's link. */
  #prepare(device: DeviceFile, port: number): void {
    const { vendor, model, sn } = this.#options;
    const host = "127.0.0.1";
    if (device.exists) {
      device.tellAddress(host, port);
      this.#observer.step(`device ${device.path}, on ${this.#versionBefore}`);
      return;
    }
    const identity = { vendor, model, sn, host, port };
    device.make({ identity, firmware: this.#firmware(firstVersion) });
    this.#observer.step(`flash image of 4 MiB with firmware ${firstVersion} in ota_0`);
  }

  #firmware(version: string, byteLength?: number): Uint8Array {
    const { model, program } = this.#options;
    return makeFirmware({
      name: model,
      version,
      config: this.#config,
      ...(program !== undefined && { program }),
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

  async #live(engine: Engine, device: DeviceFile, link: Link): Promise<SimulationResult> {
    const { heap, timeout } = this.#options;
    let settle: (problem: string | undefined) => void = () => undefined;
    const settled = new Promise<string | undefined>((resolvePromise) => {
      settle = resolvePromise;
    });
    const chip = engine.makeChip({
      flashFile: device.path,
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
    const facts = this.#facts(engine, chip.report(), device, link);
    return problem === undefined ? { facts } : { facts, problem };
  }

  #chipObserver(
    report: () => ChipReport,
    settle: (problem: string | undefined) => void,
  ): ChipObserver {
    return {
      booted: (boot) => {
        const { reason, slot, refused } = boot;
        for (const problem of refused) this.#observer.step(`the boot loader refuses ${problem}`);
        this.#observer.step(`boot (${reason}) from ota_${slot}`);
        this.#observer.booted?.(boot);
        const { boots, powerCuts } = report();
        if (boots > 2 * powerCuts + extraBootsMax) {
          settle(`it restarts over and over${this.#lastDiagnostic}`);
        }
      },
      line: (line) => {
        const event = parseChipEvent(line);
        if (event === undefined) {
          const text = line.trimEnd();
          this.#observer.line?.(text);
          if (this.#options.verbose) this.#observer.diagnostic(`    ${text}`);
          return;
        }
        if (event.event === "progress") {
          this.#imageBytes = event.total;
          this.#firstBytes ??= event.done;
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
        this.#observer.powerCut?.();
      },
      failed: (problem) => {
        settle(`the chip cannot go on: ${problem}`);
      },
    };
  }

  #tellResume(doneBytes: number, { counters }: ChipReport): void {
    this.#resumes = false;
    const lost = (counters["bytesFetched"] ?? 0) - (doneBytes - (this.#firstBytes ?? 0));
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

  #facts(engine: Engine, report: ChipReport, device: DeviceFile, link: Link): Facts {
    const { counters } = report;
    const fetched = counters["bytesFetched"] ?? 0;
    const missingBytes = this.#imageBytes - (this.#firstBytes ?? 0);
    return {
      versionBefore: this.#versionBefore,
      versionAfter: this.#versionAfter,
      activated: device.hasCik,
      imageBytes: this.#imageBytes,
      bytesFetched: fetched,
      bytesRefetched: Math.max(0, fetched - missingBytes),
      requests: counters["requests"] ?? 0,
      connections: link.connections,
      serverBytesResent: Math.max(0, link.rangeBytesSent - missingBytes),
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

function nextVersion(text: string): string {
  const version = parseVersion(text);
  if (version === undefined) throw new Error(`${text} is no version`);
  return `${version.major}.${version.minor + 1}.0`;
}
