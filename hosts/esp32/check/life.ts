// The life of one device on the SDK's simulator and on the simulated chip by turns, over one flash
// image and against the real service:
//
//   factory                    firmware 1.0.0, identity
//   SDK's simulator            activates, downloads half of 1.1.0; the power is cut
//   SDK's simulator            goes on where it was, switches, is confirmed on 1.1.0
//   simulated chip             activated already; downloads half of 1.2.0; the power is cut
//   SDK's simulator            goes on where the other was, is confirmed on 1.2.0
//   simulated chip             boots 1.2.0 and finds nothing newer

import { mkdirSync, rmSync } from "node:fs";
import { OwnBackend } from "../../../src/cli/backend.js";
import { DeviceFile } from "../../../src/cli/device-file.js";
import { openEngine, type Engine } from "../../../src/cli/engine.js";
import {
  chunkBytesDefault,
  pipelineDepthDefault,
  sectorBytes,
} from "../../../src/protocol/limits.js";
import { parseChipEvent } from "../../desktop/chip-event.js";
import { makeFirmware } from "../../desktop/firmware.js";
import { Link } from "../../node/link.js";
import { Simulator, type MemoryPeaks, type Screen } from "./simulator.js";
import type { SDK } from "./sdk.js";

const identity = { vendor: "acme", model: "sensor", sn: "0001" };
const imageBytes = 192 * 1024;
const heapBytes = 94_208;
const stageMs = 180_000;
/** Bytes that a cut may cost: a sector, and the requests under way. */
const refetchedBytesMax = sectorBytes + (pipelineDepthDefault + 1) * chunkBytesDefault;

export interface LifeReport {
  readonly boots: number;
  readonly imageBytes: number;
  /** Body bytes of ranges that the service sent beyond the images. */
  readonly resentBytes: number;
  readonly peaks: MemoryPeaks;
  readonly chipEngine: string;
}

export interface LifeOptions {
  readonly sdk: SDK;
  readonly screen: Screen;
  readonly library: string;
  /** The file that the app was built to take for its flash. Its folder is used, too. */
  readonly flashFile: string;
  readonly onLine?: (line: string) => void;
}

/** Lives it. Throws an Error that says at which stage it failed, and what was said last. */
export async function live(options: LifeOptions): Promise<LifeReport> {
  const { flashFile } = options;
  const folder = `${flashFile}.service`;
  rmSync(folder, { recursive: true, force: true });
  rmSync(`${flashFile}.reset`, { force: true });
  mkdirSync(folder, { recursive: true });
  const { vendor, model, sn } = identity;
  const engine = await openEngine("xs", () => undefined);
  const backend = await OwnBackend.open({ dataDirectory: folder, vendor, model, serial: sn });
  const link = await Link.open({ serverHost: "127.0.0.1", serverPort: backend.port });
  const life = new Life(options, engine, link);
  try {
    return await life.live(backend);
  } finally {
    life.end();
    await link.close();
    await backend.close();
  }
}

class Life {
  readonly #device: DeviceFile;
  readonly #engine: Engine;
  readonly #link: Link;
  readonly #simulator: Simulator;
  #lastLine = "";
  #heard: (line: string) => void = () => undefined;

  constructor(
    { sdk, screen, library, flashFile, onLine }: LifeOptions,
    engine: Engine,
    link: Link,
  ) {
    this.#device = new DeviceFile(flashFile);
    this.#engine = engine;
    this.#link = link;
    this.#simulator = new Simulator({
      sdk,
      screen,
      library,
      onLine: (line) => {
        this.#lastLine = line;
        onLine?.(line);
        this.#heard(line);
      },
    });
  }

  async live(backend: OwnBackend): Promise<LifeReport> {
    const address = { host: "127.0.0.1", port: this.#link.port };
    this.#device.make({
      identity: { ...identity, ...address },
      firmware: makeFirmware({ name: identity.model, version: "1.0.0" }),
    });
    await backend.publish(release("1.1.0"));
    await this.#simulate("half of 1.1.0", () => this.#link.rangeBytesSent > imageBytes / 2);
    const resent = this.#link.rangeBytesSent;
    if (resent >= imageBytes) throw new Error("the power was cut too late");
    await this.#simulate("1.1.0 confirmed", (line) => line === "1.1.0 up to date");
    const { cik } = this.#device;
    await backend.publish(release("1.2.0"));
    await this.#run("half of 1.2.0", (event) => {
      return event.event === "progress" && event.done > event.total / 2;
    });
    await this.#simulate("1.2.0 confirmed", (line) => line === "1.2.0 up to date");
    await this.#run("1.2.0 at rest", (event) => {
      return event.event === "status" && event.state === "idle" && event.version === "1.2.0";
    });
    if (this.#device.cik !== cik) throw new Error("the device was activated twice");
    const resentBytes = this.#link.rangeBytesSent - 2 * imageBytes;
    if (resentBytes > 2 * refetchedBytesMax) {
      throw new Error(`two cuts made the service send ${resentBytes} bytes twice`);
    }
    return {
      boots: this.#simulator.runs,
      imageBytes,
      resentBytes,
      peaks: this.#simulator.peaks,
      chipEngine: this.#engine.description,
    };
  }

  end(): void {
    this.#simulator.close();
  }

  /** Boots the SDK's simulator, again after each reset, until a line says so; then cuts its power. */
  #simulate(stage: string, isReached: (line: string) => boolean): Promise<void> {
    return this.#stage(stage, (reach, fail) => {
      this.#heard = (line) => {
        if (isReached(line)) reach();
        else if (line.startsWith("reset (reason ")) this.#simulator.start();
        else if (line.includes("XS abort")) fail("the program has ended");
      };
      const poll = setInterval(() => {
        if (isReached("")) reach();
      }, 20);
      this.#simulator.start();
      return () => {
        clearInterval(poll);
        this.#heard = () => undefined;
        this.#simulator.kill();
      };
    });
  }

  /** Powers the simulated chip until it tells so; then cuts its power. */
  #run(
    stage: string,
    isReached: (event: NonNullable<ReturnType<typeof parseChipEvent>>) => boolean,
  ): Promise<void> {
    return this.#stage(stage, (reach, fail) => {
      const chip = this.#engine.makeChip({
        flashFile: this.#device.path,
        heapBytes,
        cuts: [],
        config: {},
        observer: {
          line: (line) => {
            this.#lastLine = line;
            const event = parseChipEvent(line);
            if (event !== undefined && isReached(event)) reach();
          },
          failed: fail,
        },
      });
      chip.powerOn();
      return () => chip.powerOff();
    });
  }

  async #stage(
    stage: string,
    begin: (reach: () => void, fail: (problem: string) => void) => () => void | Promise<void>,
  ): Promise<void> {
    let end: () => void | Promise<void> = () => undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const fail = (problem: string): void => {
          reject(new Error(`${stage}: ${problem}; last: ${this.#lastLine}`));
        };
        timer = setTimeout(fail, stageMs, `not reached in ${stageMs / 1000} s`);
        end = begin(resolve, fail);
      });
    } finally {
      clearTimeout(timer);
      await end();
    }
  }
}

function release(version: string): { id: string; version: string; image: Uint8Array } {
  const { model: name } = identity;
  const image = makeFirmware({
    name,
    version,
    byteLength: imageBytes,
    seed: Number(version.charAt(2)),
  });
  return { id: `${name}-${version}`, version, image };
}
