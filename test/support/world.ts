// A whole world for one device: flash with two slots, the simulated chip's boot loader, a network,
// a service. A test bends one thing and lets life go on.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { OpenStore } from "../../src/ports/key-value.js";
import type { VirtualDevice, VirtualDeviceOptions } from "../../hosts/node/virtual-device.js";
import { openNvsStores } from "../../hosts/node/nvs-stores.js";
import { partitionOpener } from "../../src/formats/flash/partitions.js";
import type { AgentStatus } from "../../src/agent/status.js";
import { writeAppImage } from "../../src/formats/app-image/app-image-writer.js";
import { openSha256 } from "../../hosts/node/digest.js";
import { describeApp } from "./app-descriptor.js";
import { DeviceSite, identity, makeSiteFlash } from "./device-site.js";
import { MemoryStores } from "./memory-store.js";

export const slotBytes = 0x20000;
const slotOffsets = [0x20000, 0x40000] as const;
const layout = { flashBytes: 0x60000, nvsBytes: 0x6000, slotBytes, slotOffsets };

export interface ImageOptions {
  readonly version: string;
  readonly project?: string;
  readonly chipId?: number;
  readonly bytes?: number;
}

/** An application image for the simulated chip; the same options give the same bytes. */
export function makeImage(options: ImageOptions): Uint8Array {
  const { version, project = "lamp-sim", chipId = 0, bytes = 40_000 } = options;
  const data = new Uint8Array(1024);
  for (let index = 0; index < data.length; index += 1)
    data[index] = (index * 7 + version.length) & 255;
  return writeAppImage({
    chipId,
    entryAddress: 0x40080000,
    segments: [{ loadAddress: 0x3f400020, data }],
    descriptor: describeApp(project, version),
    openDigest: openSha256,
    paddedToBytes: bytes,
  });
}

export function sha256Hex(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export interface WorldOptions extends Partial<VirtualDeviceOptions> {
  /** Keeps keys in flash, by our own NVS code; otherwise in memory, where no cut reaches. */
  readonly nvsInFlash?: boolean;
  /** Of the image that the device comes with. */
  readonly imageBytes?: number;
  /** Its project: that of a simulated chip if absent. */
  readonly project?: string;
}

export class World extends DeviceSite {
  readonly stores = new MemoryStores();
  readonly chip: VirtualDevice;
  readonly statuses: AgentStatus[] = [];
  readonly log: string[] = [];
  fetchedBytes = 0;
  requests = 0;
  powerCuts = 0;

  #openStore: OpenStore;

  constructor({ nvsInFlash = false, imageBytes, project, ...options }: WorldOptions = {}) {
    super(makeSiteFlash(layout));
    const image = { version: "1.0.0", bytes: imageBytes ?? 12_000 };
    this.flash.write(
      makeImage({ ...image, ...(project !== undefined && { project }) }),
      slotOffsets[0],
    );
    this.flash.resetCounts();
    this.#openStore = nvsInFlash
      ? openNvsStores(partitionOpener(this.flash, 0)("nvs"))
      : this.stores.open;
    const store = this.#openStore("provision");
    for (const [key, value] of Object.entries(identity)) store.write(key, value);
    this.service.enabled.add(identity.sn);
    this.chip = this.makeDevice({
      openStores: (partition) => {
        if (nvsInFlash) this.#openStore = openNvsStores(partition);
        return this.#openStore;
      },
      log: (line) => this.log.push(line),
      ...options,
      agent: {
        ...options.agent,
        observer: {
          status: (status) => this.statuses.push(status),
          fetched: (byteLength) => (this.fetchedBytes += byteLength),
          requested: () => (this.requests += 1),
        },
      },
    });
  }

  /** Puts a release on the service. */
  publish(version: string, image = makeImage({ version }), meta?: string): Uint8Array {
    this.service.contents.set(`lamp-${version}`, {
      bytes: image,
      meta: meta ?? `version=${version}&sha256=${sha256Hex(image)}`,
      timestampSeconds: 1_700_000_000 + this.service.contents.size,
    });
    return image;
  }

  get status(): AgentStatus {
    const status = this.chip.agent?.status;
    assert.ok(status, "no agent runs");
    return status;
  }

  get cik(): string | undefined {
    return this.#openStore("provision").read("cik");
  }

  get confirmedVersion(): string | undefined {
    const status = this.chip.agent?.status;
    return status === undefined || status.trial ? undefined : status.version;
  }

  /** Lives on until `done`; power cuts on the way end in a new boot. */
  liveUntil(done: () => boolean, forMs = 24 * 3_600_000): void {
    const untilMs = this.time.nowMs + forMs;
    for (;;) {
      const ended = this.bearCuts(() =>
        this.time.runUntil(() => this.flash.wasCut || done(), untilMs),
      );
      if (ended === undefined) continue;
      assert.ok(ended, `it did not happen; last: ${this.log.slice(-5).join(" | ")}`);
      return;
    }
  }

  /** Runs `live`; a power cut in it ends in a new boot, and undefined. */
  bearCuts<Result>(live: () => Result): Result | undefined {
    let result: Result | undefined;
    try {
      result = live();
    } catch (error) {
      if (!this.isOff) throw error;
    }
    if (!this.isOff) return result;
    for (let isOff = true; isOff; isOff = this.flash.wasCut) {
      const count = (): void => void (this.powerCuts += 1);
      this.regainPower(this.chip, count, () => this.chip.powerOn("power-on"));
    }
    return undefined;
  }

  liveUntilState(state: AgentStatus["state"], forMs?: number): void {
    this.liveUntil(() => this.chip.agent?.status.state === state, forMs);
  }

  /** Body bytes of releases that another look at the service costs; ends in the next pause. */
  fetchedByAnotherLook(): number {
    const { fetchedBytes } = this;
    this.chip.agent?.checkNow();
    this.liveUntilState("idle");
    return this.fetchedBytes - fetchedBytes;
  }

  /** Until the device says it is up to date, confirmed, on `version`. */
  liveUntilUpdatedTo(version: string, forMs?: number): void {
    this.liveUntil(
      () => this.chip.agent?.status.state === "idle" && this.confirmedVersion === version,
      forMs,
    );
  }

  /** Blocks of a slot erased since the last power-on, in their order. */
  erasedBlocks(slot: number): number[] {
    const first = slotOffsets[slot] ?? 0;
    return this.flash.operations
      .filter(({ kind, byteOffset }) => kind === "erase" && byteOffset >= first)
      .filter(({ byteOffset }) => byteOffset < first + slotBytes)
      .map(({ byteOffset }) => (byteOffset - first) / 4096);
  }

  slotContent(slot: number, byteLength: number): Uint8Array {
    const bytes = new Uint8Array(byteLength);
    this.flash.read(bytes, slotOffsets[slot] ?? 0);
    return bytes;
  }
}
