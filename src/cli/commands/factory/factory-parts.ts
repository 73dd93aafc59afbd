// The files that the factory's commands are told of: read and checked before anything is written.

import { checkFirmware, type FirmwareImage } from "../../../factory/device-image.js";
import { needsHost, type DeviceIdentity } from "../../../factory/device-identity.js";
import { FactoryError } from "../../../factory/factory-error.js";
import { defaultLayout, readLayout, type FlashLayout } from "../../../factory/flash-layout.js";
import { openSha256 } from "../../../../hosts/node/digest.js";
import type { PartsOptions } from "./factory-options.js";
import { warn } from "../../terminal/output.js";
import { readWholeFile } from "../../terminal/whole-file.js";

export interface Parts {
  readonly layout: FlashLayout;
  /** Absent: only the NVS partition is made. */
  readonly image?: FirmwareImage;
}

/** The largest flash that a chip's boot loader knows. */
export const flashBytesMax = 128 << 20;
const mebibyte = 1 << 20;

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
