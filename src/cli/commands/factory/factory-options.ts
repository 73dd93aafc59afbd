// What the factory's commands are told: who the device is, how its flash is divided, and what runs
// on it. Words only: what they name is read by factory-parts.ts.

import { InvalidArgumentError, type Command } from "commander";

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

/** The largest flash that a chip's boot loader knows. */
const flashBytesMax = 128 << 20;
const mebibyte = 1 << 20;

export function addPartsOptions(command: Command): Command {
  return command
    .option("--partitions <file>", "partition table, CSV or binary (default: 4 MB, two slots)")
    .option("--flash-size <size>", "of the chip, such as 8MB (default: what holds the table)", size)
    .option("--firmware <file>", "application image for ota_0: the whole flash is made")
    .option("--bootloader <file>", "Espressif's boot loader, without which no board starts")
    .option("--chip <name>", "refuse images for any other chip, such as esp32c3");
}

export function addAddressOptions(command: Command): Command {
  return command
    .option("--host <host>", "host of the service (default: as the firmware has it)")
    .option("--port <n>", "port of the service (default: as the firmware has it)", port);
}

/** Bytes of a flash of `4MB`, as esptool has it. Throws InvalidArgumentError. */
export function size(text: string): number {
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
