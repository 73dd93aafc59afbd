// The flash image of a simulated device, in its file: what the factory writes into it, and what can
// be read from it while the power is off.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Nvs } from "../formats/nvs/nvs.js";
import { compareVersions, parseVersion } from "../protocol/version.js";
import {
  makeFlashImage,
  partitionOf,
  readFlashImage,
  type FlashContents,
  type FlashSource,
} from "./firmware/flash-image.js";
import { FlashWindow } from "../formats/flash/flash-window.js";
import { MemoryFlash } from "../formats/flash/memory-flash.js";
import { identityKeys, storeDomain } from "../protocol/store-keys.js";

export class DeviceFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get exists(): boolean {
    return existsSync(this.path);
  }

  /** The factory: a new device. */
  make(source: FlashSource): void {
    writeFileSync(this.path, makeFlashImage(source));
  }

  /** Tells a device that exists where its service is. Throws an Error that names the file. */
  tellAddress(host: string, port: number): void {
    const flash = readFileSync(this.path);
    const nvs = openNvs(this.#read(flash), flash);
    nvs.set(storeDomain, identityKeys.host, { type: "string", value: host });
    nvs.set(storeDomain, identityKeys.port, { type: "string", value: String(port) });
    writeFileSync(this.path, flash);
  }

  get hasCik(): boolean {
    return this.cik !== undefined;
  }

  /** The device's secret, for comparing; not for people. */
  get cik(): string | undefined {
    const flash = readFileSync(this.path);
    const item = openNvs(this.#read(flash), flash).get(storeDomain, "cik");
    return item?.type === "string" ? item.value : undefined;
  }

  /** The newest version in a slot: what the device was last updated to. */
  get version(): string {
    const versions = this.#read(readFileSync(this.path)).slots.flatMap(({ app, problem }) => {
      const version = problem === undefined ? parseVersion(app?.version ?? "") : undefined;
      return version === undefined ? [] : [version];
    });
    const [newest] = versions.sort((one, other) => compareVersions(other, one));
    if (newest === undefined) throw new Error(`${this.path} holds no firmware`);
    return newest.text;
  }

  #read(flash: Uint8Array): FlashContents {
    try {
      return readFlashImage(flash);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`${this.path} is no flash image: ${why}`, { cause: error });
    }
  }
}

function openNvs(contents: FlashContents, flash: Uint8Array): Nvs {
  const { offset, size } = partitionOf(contents, "nvs");
  return Nvs.open(new FlashWindow(new MemoryFlash(flash), offset, size));
}
