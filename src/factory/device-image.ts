// What the factory writes into a new device: its NVS partition, or its whole flash. The same source
// makes the same bytes, whenever they are made.
//
//   whole flash   boot loader (if given), partition table, NVS, firmware in ota_0; all else FF:
//                 a blank otadata starts ota_0

import type { OpenDigest } from "../ports/digest.js";
import { chips } from "../flash/app-image-chips.js";
import { AppImageError } from "../flash/app-image-error.js";
import { AppImageStream, type AppImageSummary } from "../flash/app-image-stream.js";
import { NvsError } from "../formats/nvs/nvs-error.js";
import { makeNvsImage } from "../formats/nvs/nvs-image.js";
import type { NvsEntry } from "../formats/nvs/nvs-value.js";
import {
  partitionTableOffset,
  writePartitionTable,
  type Partition,
} from "../formats/partition-table/partition-table.js";
import { bootLoaderOffset, readBootLoader } from "../formats/app-image/boot-loader-image.js";
import { chipName } from "../formats/app-image/chip-name.js";
import { checkIdentity, identityEntries, type DeviceIdentity } from "./device-identity.js";
import { FactoryError } from "./factory-error.js";
import { firstSlot, nvsPartition, type FlashLayout } from "./flash-layout.js";

export interface FirmwareParts {
  /** Application image for ota_0. */
  readonly firmware: Uint8Array;
  /** Espressif's; without it only the simulated chip, or a board that has one, starts. */
  readonly bootLoader?: Uint8Array;
  /** The chip it must all be for: "esp32c3". Absent: the firmware's. */
  readonly chip?: string;
}

/** What is the same in every device of a batch, checked. */
export interface FirmwareImage extends FirmwareParts {
  readonly app: AppImageSummary;
}

/** The NVS partition of a device. Throws a FactoryError. */
export function makeNvsPartition(
  layout: FlashLayout,
  identity: DeviceIdentity,
  more: Iterable<NvsEntry> = [],
): Uint8Array {
  checkIdentity(identity);
  const { size } = nvsPartition(layout);
  try {
    return makeNvsImage(size, [...identityEntries(identity), ...more]);
  } catch (error) {
    if (!(error instanceof NvsError)) throw error;
    throw new FactoryError("size", `the NVS partition: ${error.message}`, { cause: error });
  }
}

/** Checks that `parts` are good, of one chip, and fit into `layout`. Throws a FactoryError. */
export function checkFirmware(
  layout: FlashLayout,
  parts: FirmwareParts,
  openDigest: OpenDigest,
): FirmwareImage {
  const slot = firstSlot(layout);
  const { firmware, bootLoader, chip } = parts;
  requireRoom(firmware, slot);
  const app = readApp(firmware, openDigest);
  const wanted = chip === undefined ? app.header.chipId : chipIdOf(chip);
  requireChip("the firmware", app.header.chipId, wanted);
  if (bootLoader !== undefined) {
    const { header, byteLength } = readWith("the boot loader", () =>
      readBootLoader(bootLoader, openDigest),
    );
    requireChip("the boot loader", header.chipId, wanted);
    const room = partitionTableOffset - bootLoaderOffset(wanted);
    if (byteLength > room) {
      throw new FactoryError("size", `the boot loader has ${byteLength} bytes, ${room} fit`);
    }
  }
  return { ...parts, app };
}

/** The whole flash of a device. `firmware` comes from `checkFirmware`. Throws a FactoryError. */
export function makeFlash(
  layout: FlashLayout,
  identity: DeviceIdentity,
  { firmware, bootLoader, app }: FirmwareImage,
  more: Iterable<NvsEntry> = [],
): Uint8Array {
  const flash = composeFlash(layout, makeNvsPartition(layout, identity, more), firmware);
  if (bootLoader !== undefined) {
    const offset = bootLoaderOffset(app.header.chipId);
    flash.set(bootLoader.subarray(0, partitionTableOffset - offset), offset);
  }
  return flash;
}

/** A flash of that NVS and firmware, neither of which is looked at. Throws a FactoryError. */
export function composeFlash(
  layout: FlashLayout,
  nvs: Uint8Array,
  firmware: Uint8Array,
): Uint8Array {
  const slot = firstSlot(layout);
  requireRoom(firmware, slot);
  const flash = new Uint8Array(layout.flashBytes).fill(0xff);
  flash.set(writePartitionTable(layout.partitions), partitionTableOffset);
  flash.set(nvs, nvsPartition(layout).offset);
  flash.set(firmware, slot.offset);
  return flash;
}

/** The id of a chip of this name. Throws a FactoryError that lists the names. */
export function chipIdOf(name: string): number {
  const chip = chips.find((known) => known.name === name);
  if (chip !== undefined) return chip.chipId;
  const names = chips.map((known) => known.name).join(", ");
  throw new FactoryError("chip", `there is no chip ${JSON.stringify(name)}: known are ${names}`);
}

function requireRoom(firmware: Uint8Array, slot: Partition): void {
  if (firmware.length <= slot.size) return;
  const room = `slot ${slot.label} holds ${slot.size}`;
  throw new FactoryError("size", `the firmware has ${firmware.length} bytes, ${room}`);
}

function readApp(firmware: Uint8Array, openDigest: OpenDigest): AppImageSummary {
  const app = readWith("the firmware", () => {
    const stream = new AppImageStream({ openDigest, byteLengthMax: firmware.length });
    stream.write(firmware);
    return stream.summary;
  });
  if (app?.descriptor !== undefined) return app;
  const why = "has no application descriptor: a device could not tell its version";
  throw new FactoryError("image", `the firmware ${why}`);
}

function readWith<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AppImageError)) throw error;
    throw new FactoryError("image", `${what}: ${error.message}`, { cause: error });
  }
}

function requireChip(what: string, chipId: number, wanted: number): void {
  if (chipId === wanted) return;
  const expected = `${chipName(wanted)} is expected`;
  throw new FactoryError("chip", `${what} is for ${chipName(chipId)}, ${expected}`);
}
