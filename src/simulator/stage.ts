// What a simulated device lives in, set up before it gets power: a service with the releases, a flash
// image in a file, a link between the two.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { FirmwareConfig } from "../../hosts/xs/device/config.js";
import { Link } from "../../hosts/node/link.js";
import { parseVersion } from "../protocol/version.js";
import { awaitServer } from "./await-server.js";
import { OwnBackend } from "./backend.js";
import { DeviceFile } from "./device-file.js";
import { makeFirmware } from "./firmware/firmware.js";
import type { SimulationOptions } from "./simulation-options.js";

const firstVersion = "1.0.0";
const loopback = "127.0.0.1";

export interface Stage {
  readonly device: DeviceFile;
  readonly link: Link;
  /** What the device runs before the simulation. */
  readonly versionBefore: string;
  /** What its firmware has compiled in. */
  readonly config: FirmwareConfig;
  /** Undoes what was set up, in reverse order. */
  close(): Promise<void>;
}

/** Sets all of it up, and tells each step. Throws an Error that says what to do; nothing stays. */
export async function openStage(
  options: SimulationOptions,
  onStep: (text: string) => void,
): Promise<Stage> {
  const builder = new StageBuilder(options, onStep);
  try {
    return await builder.build();
  } catch (error) {
    await builder.close();
    throw error;
  }
}

class StageBuilder {
  readonly #options: SimulationOptions;
  readonly #onStep: (text: string) => void;
  readonly #cleanups: (() => void | Promise<void>)[] = [];
  readonly #config: FirmwareConfig;

  constructor(options: SimulationOptions, onStep: (text: string) => void) {
    this.#options = options;
    this.#onStep = onStep;
    this.#config = configOf(options);
  }

  async build(): Promise<Stage> {
    const { flash, server } = this.#options;
    const folder = this.#openFolder();
    const device = new DeviceFile(resolve(flash ?? join(folder, "flash.bin")));
    const versionBefore = device.exists ? device.version : firstVersion;
    const backend =
      server === undefined ? await this.#openBackend(folder, device, versionBefore) : undefined;
    const link = await this.#openLink(backend);
    this.#prepare(device, versionBefore, link.port);
    const close = (): Promise<void> => this.close();
    return { device, link, versionBefore, config: this.#config, close };
  }

  async close(): Promise<void> {
    for (const cleanup of this.#cleanups.splice(0).reverse()) await cleanup();
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

  async #openBackend(
    folder: string,
    device: DeviceFile,
    versionBefore: string,
  ): Promise<OwnBackend> {
    const { vendor, model, sn, size, content } = this.#options;
    const backend = await OwnBackend.open({ dataDirectory: folder, vendor, model, serial: sn });
    this.#cleanups.push(() => backend.close());
    this.#onStep(`service on http://${loopback}:${backend.port}, its data in ${folder}`);
    if (!device.exists || !device.hasCik) await backend.enableAgain(sn);
    const before = { id: `${model}-${versionBefore}`, version: versionBefore };
    await backend.publish({ ...before, image: this.#firmware(versionBefore) });
    const version = nextVersion(versionBefore);
    const id = content ?? `${model}-${version}`;
    await backend.publish({ id, version, image: this.#firmware(version, size) });
    this.#onStep(`vendor ${vendor}, model ${model}, serial ${sn}; releases ${before.id}, ${id}`);
    return backend;
  }

  async #openLink(backend: OwnBackend | undefined): Promise<Link> {
    const { server, latency, bandwidth } = this.#options;
    const url = new URL(server ?? `http://${loopback}:${backend?.port ?? 0}`);
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
  #prepare(device: DeviceFile, versionBefore: string, port: number): void {
    const { vendor, model, sn } = this.#options;
    if (device.exists) {
      device.tellAddress(loopback, port);
      this.#onStep(`device ${device.path}, on ${versionBefore}`);
      return;
    }
    const identity = { vendor, model, sn, host: loopback, port };
    device.make({ identity, firmware: this.#firmware(firstVersion) });
    this.#onStep(`flash image of 4 MiB with firmware ${firstVersion} in ota_0`);
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
}

/** Only what was asked for: it overrides the product's own options, which hold otherwise. */
function configOf({ chunk, pipeline, content }: SimulationOptions): FirmwareConfig {
  return {
    ...(chunk !== undefined && { chunkBytes: chunk }),
    ...(pipeline !== undefined && { pipelineDepth: pipeline }),
    ...(content !== undefined && { release: { kind: "fixed", id: content } }),
  };
}

function nextVersion(text: string): string {
  const version = parseVersion(text);
  if (version === undefined) throw new Error(`${text} is no version`);
  return `${version.major}.${version.minor + 1}.0`;
}
