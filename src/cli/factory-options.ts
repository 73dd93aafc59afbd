// What the factory's commands are told: who the device is, how its flash is divided, and what runs
// on it. Everything is read and checked before anything is written.

import { InvalidArgumentError, type Command } from "commander";
import { checkFirmware, type FirmwareImage } from "../../hosts/factory/device-image.js";
import { needsHost, type DeviceIdentity } from "../../hosts/factory/device-identity.js";
import { FactoryError } from "../../hosts/factory/factory-error.js";
import { defaultLayout, readLayout, type FlashLayout } from "../../hosts/factory/flash-layout.js";
import { openSha256 } from "../flash/sha256.js";
import { warn } from "./output.js";
import { readWholeFile } from "./whole-file.js";

export interface PartsOptions {
  readonly partitions?: string;
  readonly flashSize?: number;
  readonly firmware?: string;
  readonly bootloader?: string;
  readonly chip?: string;
}

export interface AddressOptions {
  readonly host?: string;
  readonly port?: number;
}

export interface Parts {
  readonly layout: FlashLayout;
  /** Absent: only the NVS partition is made. */
  readonly image?: FirmwareImage;
}

/** The largest flash that a chip's boot loader knows. */
export const flashBytesMax = 128 << 20;
const mebibyte = 1 << 20;

export function addPartsOptions(command: Command): Command {
  return command
    .option("--partitions <file>", "partition table, CSV or binary (default: 4 MB, two slots)")
    .option("--flash-size <size>", "of the chip, such as 8MB (default: what holds the table)", size)
    .option("--firmware <file>", "application image for ota_0: the whole flash is made")
    .option("--bootloader <file>", "Espressif's boot loader, without which no board starts")
    .option("--chip <name>", "refuse images for other chips than this, such as esp32c3");
}

export function addAddressOptions(command: Command): Command {
  return command
    .option("--host <host>", "host of the service (default: as the firmware has it)")
    .option("--port <n>", "port of the service (default: as the firmware has it)", port);
}

/** Reads and checks the files. Throws an Error of one line that names the file. */
export function readParts(options: PartsOptions): Parts {
  const { partitions, flashSize, firmware, bootloader, chip } = options;
  const layout =
    partitions === undefined
      ? withFlash(defaultLayout(), flashSize)
      : about(partitions, () => readLayout(readWholeFile(partitions, mebibyte), flashSize));
  if (firmware === undefined) {
    if (bootloader !== undefined) throw new Error("--bootloader is for use with --firmware");
    return { layout };
  }
  const files = {
    firmware: readWholeFile(firmware, flashBytesMax),
    ...(bootloader !== undefined && { bootLoader: readWholeFile(bootloader, flashBytesMax) }),
    ...(chip !== undefined && { chip }),
  };
  return { layout, image: about(firmware, () => checkFirmware(layout, files, openSha256)) };
}

/** Unless the firmware has a host compiled in, such a device would have none. */
export function warnOfHost(identity: DeviceIdentity): void {
  if (!needsHost(identity)) return;
  warn(`the vendor's name is no host name: the firmware must have a host, or use --host`);
}

function withFlash(layout: FlashLayout, flashBytes: number | undefined): FlashLayout {
  if (flashBytes === undefined) return layout;
  if (flashBytes >= layout.flashBytes) return { ...layout, flashBytes };
  throw new Error(`the default table needs ${layout.flashBytes / mebibyte} MB: use --partitions`);
}

function about<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FactoryError)) throw error;
    throw new Error(`${file}: ${error.message}`, { cause: error });
  }
}

/** `4MB`, as esptool has it. */
function size(text: string): number {
  const [, digits = ""] = /^(\d{1,3})MB$/i.exec(text) ?? [];
  const flashBytes = Number(digits) * mebibyte;
  const isPower = Number.isInteger(Math.log2(flashBytes));
  if (digits !== "" && isPower && flashBytes <= flashBytesMax) return flashBytes;
  throw new InvalidArgumentError("expected 1MB, 2MB, 4MB and so on to 128MB");
}

function port(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= 65_535) return value;
  throw new InvalidArgumentError("expected a whole number from 1 to 65535");
}
