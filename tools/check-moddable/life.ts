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
import { OwnBackend } from "../../src/simulator/backend.js";
import { DeviceFile } from "../../src/simulator/device-file.js";
import { openEngine, type Engine } from "../../src/simulator/engine.js";
import { chunkBytesDefault, pipelineDepthDefault } from "../../src/agent/limits.js";
import { sectorBytes } from "../../src/ports/flash.js";
import type { ChipEvent } from "../../src/simulator/chip/chip-event.js";
import { makeFirmware } from "../../src/simulator/firmware/firmware.js";
import { Link } from "../../hosts/node/link.js";
import { Simulator, stage, type MemoryPeaks, type Screen } from "./simulator.js";
import type { SDK } from "./sdk.js";

const identity = { vendor: "acme", model: "sensor", sn: "0001" };
const imageBytes = 192 * 1024;
const heapBytes = 94_208;
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
}

/** Lives it. Throws an Error that says at which stage it failed, and what was said last. */
export async function live(options: LifeOptions): Promise<LifeReport> {
  const { sdk, screen, library, flashFile } = options;
  const engine = await openEngine("xs", () => undefined);
  const backend = await openBackend(flashFile);
  const link = await Link.open({ serverHost: "127.0.0.1", serverPort: backend.port });
  const simulator = new Simulator({ sdk, screen, library });
  try {
    const device = makeDevice(flashFile, link.port);
    await backend.publish(release("1.1.0"));
    await simulator.until("half of 1.1.0", () => link.rangeBytesSent > imageBytes / 2);
    if (link.rangeBytesSent >= imageBytes) throw new Error("the power was cut too late");
    await simulator.until("1.1.0 confirmed", (line) => line === "1.1.0 up to date");
    const { cik } = device;
    await backend.publish(release("1.2.0"));
    await runChip(engine, device, "half of 1.2.0", (event) => {
      return event.event === "progress" && event.done > event.total / 2;
    });
    await simulator.until("1.2.0 confirmed", (line) => line === "1.2.0 up to date");
    await runChip(engine, device, "1.2.0 at rest", (event) => {
      return event.event === "status" && event.state === "idle" && event.version === "1.2.0";
    });
    if (device.cik !== cik) throw new Error("the device was activated twice");
    const resentBytes = link.rangeBytesSent - 2 * imageBytes;
    if (resentBytes > 2 * refetchedBytesMax) {
      throw new Error(`two cuts made the service send ${resentBytes} bytes twice`);
    }
    const { runs: boots, peaks } = simulator;
    return { boots, imageBytes, resentBytes, peaks, chipEngine: engine.description };
  } finally {
    simulator.close();
    await link.close();
    await backend.close();
  }
}

/** A service with an empty store in a folder beside the flash, and a flash that was never reset. */
export function openBackend(flashFile: string): Promise<OwnBackend> {
  const folder = `${flashFile}.service`;
  rmSync(folder, { recursive: true, force: true });
  rmSync(`${flashFile}.reset`, { force: true });
  mkdirSync(folder, { recursive: true });
  const { vendor, model, sn } = identity;
  return OwnBackend.open({ dataDirectory: folder, vendor, model, serial: sn });
}

/** A new device on 1.0.0 that finds its service on this port of the loopback. */
export function makeDevice(flashFile: string, port: number): DeviceFile {
  const device = new DeviceFile(flashFile);
  device.make({
    identity: { ...identity, host: "127.0.0.1", port },
    firmware: makeFirmware({ name: identity.model, version: "1.0.0" }),
  });
  return device;
}

/** Powers the simulated chip until it tells so; then cuts its power. */
async function runChip(
  engine: Engine,
  device: DeviceFile,
  name: string,
  isReached: (event: ChipEvent) => boolean,
): Promise<void> {
  await stage(name, (reach, fail) => {
    const chip = engine.makeChip({
      flashFile: device.path,
      heapBytes,
      cuts: [],
      config: {},
      observer: {
        event: (event) => {
          if (isReached(event)) reach();
        },
        failed: fail,
      },
    });
    chip.powerOn();
    return () => chip.powerOff();
  });
}

/** A release of the size that the check downloads. */
export function release(version: string): { id: string; version: string; image: Uint8Array } {
  const { model: name } = identity;
  const image = makeFirmware({
    name,
    version,
    byteLength: imageBytes,
    seed: Number(version.charAt(2)),
  });
  return { id: `${name}-${version}`, version, image };
}
