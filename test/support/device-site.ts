// What every virtual life stands on: one device with two slots on a NOR flash, a network, a service
// that knows its serial, the boot loader, and power that fails and comes back. World (world.ts) bends
// it test by test; the proof's Life (test/proof/lives/life.ts) watches it at every turn.

import { openSha256 } from "../../hosts/node/digest.js";
import { VirtualDevice, type VirtualDeviceOptions } from "../../hosts/node/virtual-device.js";
import { VirtualNetwork } from "../../hosts/node/virtual-network.js";
import { VirtualTime } from "../../hosts/node/virtual-time.js";
import { boot } from "../../src/formats/boot/boot-loader.js";
import { writePartitionTable } from "../../src/formats/partition-table/partition-table.js";
import { NorFlash } from "./nor-flash.js";
import { VirtualService } from "./virtual-service.js";

export const serviceAddress = "10.0.0.1";

/** Who the device is, by the keys that the factory writes. */
export const identity = {
  vendor: "lights",
  model: "lamp",
  sn: "0001",
  host: "lights.example",
} as const;

export interface SiteLayout {
  readonly flashBytes: number;
  readonly nvsBytes: number;
  readonly slotBytes: number;
  readonly slotOffsets: readonly [number, number];
}

/** A flash with a partition table, blank NVS and otadata, and nothing in its slots. */
export function makeSiteFlash(layout: SiteLayout): NorFlash {
  const { flashBytes, nvsBytes, slotBytes, slotOffsets } = layout;
  const flash = new NorFlash({ size: flashBytes });
  const table = writePartitionTable([
    partition("nvs", 1, 2, 0x9000, nvsBytes),
    partition("otadata", 1, 0, 0xf000, 0x2000),
    partition("ota_0", 0, 0x10, slotOffsets[0], slotBytes),
    partition("ota_1", 0, 0x11, slotOffsets[1], slotBytes),
  ]);
  flash.write(table, 0x8000);
  return flash;
}

function partition(label: string, type: number, subtype: number, offset: number, size: number) {
  return { label, type, subtype, offset, size, flags: 0 };
}

type DeviceParts = Omit<VirtualDeviceOptions, "flash" | "world" | "startBootLoader"> &
  Partial<Pick<VirtualDeviceOptions, "startBootLoader">>;

export class DeviceSite {
  readonly time = new VirtualTime();
  readonly service = new VirtualService();
  readonly network = new VirtualNetwork(this.time, { latencyMs: 5 });
  readonly flash: NorFlash;

  constructor(flash: NorFlash) {
    this.flash = flash;
    this.network.names.set(identity.host, serviceAddress);
    this.network.listen(serviceAddress, 80, this.service.accept);
    this.service.schedule = (callback) => this.time.schedule(callback, 20);
  }

  /** The power has failed, whether or not the program has noticed. */
  get isOff(): boolean {
    return this.flash.wasCut;
  }

  /** The device of this flash and this network. */
  protected makeDevice(parts: DeviceParts): VirtualDevice {
    return new VirtualDevice({
      flash: this.flash,
      world: this.network,
      startBootLoader: (flash) => {
        const { booted, problem } = boot(flash, { openDigest: openSha256 });
        if (booted === undefined) throw new Error(problem);
        return { slot: booted.index };
      },
      openDigest: openSha256,
      random: () => 0.5,
      ...parts,
    });
  }

  /**
   * Gives the power back after a cut. The boot writes flash as well, and may lose power in its turn:
   * then `isOff` is true again. Throws what a boot throws that has its power.
   */
  protected regainPower(device: VirtualDevice, onLost: () => void, powerOn: () => void): void {
    device.cutPower();
    this.flash.powerOn();
    onLost();
    try {
      powerOn();
    } catch (error) {
      // Whatever the program made of what the flash threw: without power it is over.
      if (!this.isOff) throw error;
    }
  }
}
