// A whole world for one device: flash with two slots, the simulated chip's boot loader, a network,
// a service. A test bends one thing and lets life go on.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { OpenStore } from "../../src/ports/key-value.js";
import { boot } from "../../src/formats/boot/boot-loader.js";
import { VirtualDevice, type VirtualDeviceOptions } from "../../hosts/node/virtual-device.js";
import { openNvsStores } from "../../hosts/node/nvs-stores.js";
import { partitionOpener } from "../../src/formats/flash/partitions.js";
import { VirtualNetwork } from "../../hosts/node/virtual-network.js";
import { VirtualTime } from "../../hosts/node/virtual-time.js";
import type { AgentStatus } from "../../src/agent/status.js";
import { writeAppImage } from "../../src/formats/app-image/app-image-writer.js";
import { writePartitionTable } from "../../src/formats/partition-table/partition-table.js";
import { openSha256 } from "../../hosts/node/digest.js";
import { describeApp } from "./app-descriptor.js";
import { MemoryStores } from "./memory-store.js";
import { NorFlash } from "./nor-flash.js";
import { VirtualService } from "./virtual-service.js";

export const slotBytes = 0x20000;
const slotOffsets = [0x20000, 0x40000];
const flashBytes = 0x60000;
const address = "10.0.0.1";
const serviceHost = "lights.example";

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

export class World {
  readonly time = new VirtualTime();
  readonly network: VirtualNetwork;
  readonly service = new VirtualService();
  readonly flash: NorFlash;
  readonly stores = new MemoryStores();
  readonly chip: VirtualDevice;
  readonly statuses: AgentStatus[] = [];
  readonly log: string[] = [];
  fetchedBytes = 0;
  requests = 0;
  powerCuts = 0;

  #openStore: OpenStore;

  constructor({ nvsInFlash = false, imageBytes, project, ...options }: WorldOptions = {}) {
    this.network = new VirtualNetwork(this.time, { latencyMs: 5 });
    this.network.names.set(serviceHost, address);
    this.network.listen(address, 80, this.service.accept);
    this.service.schedule = (callback) => this.time.schedule(callback, 20);
    this.flash = makeFlash(
      makeImage({
        version: "1.0.0",
        bytes: imageBytes ?? 12_000,
        ...(project !== undefined && { project }),
      }),
    );
    this.#openStore = nvsInFlash
      ? openNvsStores(partitionOpener(this.flash, 0)("nvs"))
      : this.stores.open;
    const identity = this.#openStore("provision");
    identity.write("vendor", "lights");
    identity.write("model", "lamp");
    identity.write("sn", "0001");
    identity.write("host", serviceHost);
    this.service.enabled.add("0001");
    this.chip = new VirtualDevice({
      flash: this.flash,
      world: this.network,
      startBootLoader: (flash) => {
        const report = boot(flash, { openDigest: openSha256 });
        assert.ok(report.booted, report.problem);
        return { slot: report.booted.index };
      },
      openStores: (partition) => {
        if (nvsInFlash) this.#openStore = openNvsStores(partition);
        return this.#openStore;
      },
      openDigest: openSha256,
      random: () => 0.5,
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
      if (!this.#isOff()) throw error;
    }
    if (!this.#isOff()) return result;
    // Whatever the program made of what the flash threw: without power it is over. The boot that
    // follows writes flash as well, and may lose power in its turn.
    while (this.#isOff()) {
      this.powerCuts += 1;
      this.chip.cutPower();
      this.flash.powerOn();
      try {
        this.chip.powerOn("power-on");
      } catch (error) {
        if (!this.#isOff()) throw error;
      }
    }
    return undefined;
  }

  /** A method, because it changes between two looks. */
  #isOff(): boolean {
    return this.flash.wasCut;
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

/** A flash with a table, blank otadata and `image` in ota_0. */
function makeFlash(image: Uint8Array): NorFlash {
  const flash = new NorFlash({ size: flashBytes });
  const partition = (
    label: string,
    type: number,
    subtype: number,
    offset: number,
    size: number,
  ) => ({
    label,
    type,
    subtype,
    offset,
    size,
    flags: 0,
  });
  const table = writePartitionTable([
    partition("nvs", 1, 2, 0x9000, 0x6000),
    partition("otadata", 1, 0, 0xf000, 0x2000),
    partition("ota_0", 0, 0x10, 0x20000, slotBytes),
    partition("ota_1", 0, 0x11, 0x40000, slotBytes),
  ]);
  flash.write(table, 0x8000);
  flash.write(image, slotOffsets[0] ?? 0);
  flash.resetCounts();
  return flash;
}
