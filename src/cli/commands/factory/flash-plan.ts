// Where files go in a board's flash. Everything is checked here: whether they are whole, for one
// chip, fit their places and do not overlap; nothing has been written then.

import { openSha256 } from "../../../../hosts/node/digest.js";
import { partitionTableOffset } from "../../../formats/partition-table/partition-table.js";
import { otadataPartition } from "../../../formats/partition-table/partition-roles.js";
import { bootLoaderOffset } from "../../../formats/app-image/boot-loader-image.js";
import { chipIdOf } from "../../../factory/device-image.js";
import {
  defaultLayout,
  firstSlot,
  nvsPartition,
  readLayout,
  type FlashLayout,
} from "../../../factory/flash-layout.js";
import { foreignKind } from "../../../inspect/foreign-file.js";
import { inspect } from "../../../inspect/inspect.js";
import { problemsOf, type Inspection } from "../../../inspect/inspection.js";
import { flashBytesMax } from "./factory-parts.js";
import { readWholeFile } from "../../terminal/whole-file.js";

export interface FlashWrite {
  readonly file: string;
  /** For people: "NVS". */
  readonly kind: string;
  readonly offset: number;
  readonly bytes: number;
}

export interface FlashErase {
  readonly offset: number;
  readonly bytes: number;
}

export interface FlashPlan {
  /** "esp32c3"; absent: no file tells. */
  readonly chip?: string;
  /** By offset. */
  readonly writes: readonly FlashWrite[];
  /** Done before the writes. */
  readonly erases: readonly FlashErase[];
}

const csvBytesMax = 1 << 20;

interface PlanOptions {
  readonly partitions?: string;
  readonly chip?: string;
}

interface ReadFile {
  readonly file: string;
  readonly content: Uint8Array;
  readonly found: Inspection;
}

/** Throws an Error of one line that names the file. */
export function planFlash(files: readonly string[], options: PlanOptions): FlashPlan {
  const read = files.map(readPart);
  const chip = commonChip(read, options.chip);
  const layout = layoutOf(read, options.partitions);
  const writes = read
    .map((part) => place(part, layout, chip))
    .sort((one, other) => one.offset - other.offset);
  refuseOverlap(writes);
  const hasApp = read.some(({ found }) => found.kind === "app");
  const hasOtadata = read.some(({ found }) => found.kind === "otadata");
  const otadata = otadataPartition(layout.partitions);
  const isErased = hasApp && !hasOtadata && otadata !== undefined;
  return {
    ...(chip !== undefined && { chip }),
    writes,
    erases: isErased ? [{ offset: otadata.offset, bytes: otadata.size }] : [],
  };
}

function readPart(file: string): ReadFile {
  const content = readWholeFile(file, flashBytesMax);
  const found = inspect(content, { openDigest: openSha256 });
  if (found === undefined) {
    throw new Error(`${file} ${foreignKind(content) ?? "is not an ESP32 flash file"}`);
  }
  const [problem] = problemsOf(found);
  if (problem !== undefined) throw new Error(`${file}: ${problem}`);
  return { file, content, found };
}

/** The chip of all images. */
function commonChip(read: readonly ReadFile[], wanted: string | undefined): string | undefined {
  if (wanted !== undefined) chipIdOf(wanted);
  let common = wanted;
  for (const { file, found } of read) {
    const simulated = "is for the simulated chip: provision simulate runs it";
    if (isSimulated(found)) throw new Error(`${file} ${simulated}`);
    const chip = chipOf(found);
    common ??= chip;
    if (chip !== undefined && chip !== common) {
      throw new Error(`${file} is for ${chip}, ${common ?? "another chip"} is expected`);
    }
  }
  return common;
}

function isSimulated(found: Inspection): boolean {
  if (found.kind === "app") return found.app.simulated === true;
  return found.kind === "flash" && found.flash.slots.some(({ simulated }) => simulated === true);
}

function chipOf(found: Inspection): string | undefined {
  if (found.kind === "app") return found.app.chip;
  if (found.kind === "boot-loader") return found.bootLoader.chip;
  return found.kind === "flash" ? found.flash.chip : undefined;
}

function layoutOf(read: readonly ReadFile[], partitions: string | undefined): FlashLayout {
  if (partitions !== undefined) return readLayout(readWholeFile(partitions, csvBytesMax));
  const table = read.find(({ found }) => found.kind === "partition-table");
  return table === undefined ? defaultLayout() : readLayout(table.content);
}

function place(part: ReadFile, layout: FlashLayout, chip: string | undefined): FlashWrite {
  const { file, content, found } = part;
  const write = (kind: string, offset: number, room: number): FlashWrite => {
    const bytes = content.length;
    if (bytes > room) throw new Error(`${file} has ${bytes} bytes, its place has ${room}`);
    return { file, kind, offset, bytes };
  };
  switch (found.kind) {
    case "flash":
      if (found.flash.bootLoader !== undefined) return write("flash", 0, flashBytesMax);
      throw new Error(`${file} has no boot loader: make it with --bootloader, or flash its parts`);
    case "boot-loader": {
      const offset = bootLoaderOffset(chip === undefined ? 0 : chipIdOf(chip));
      return write("boot loader", offset, partitionTableOffset - offset);
    }
    case "partition-table":
      if (content[0] === 0xaa) return write("partition table", partitionTableOffset, 4096);
      throw new Error(
        `${file} is a table in CSV: provision factory table makes what a board needs`,
      );
    case "nvs": {
      const { offset, size } = nvsPartition(layout);
      return write("NVS", offset, size);
    }
    case "otadata": {
      const otadata = otadataPartition(layout.partitions);
      if (otadata === undefined) throw new Error("the partition table has no otadata");
      return write("otadata", otadata.offset, otadata.size);
    }
    case "app": {
      const { offset, size } = firstSlot(layout);
      return write("application", offset, size);
    }
    case "blank":
      throw new Error(`${file} is blank: esptool erase-flash or erase-region does that`);
  }
}

function refuseOverlap(writes: readonly FlashWrite[]): void {
  writes.forEach((write, index) => {
    const next = writes[index + 1];
    if (next !== undefined && write.offset + write.bytes > next.offset) {
      throw new Error(`${write.file} and ${next.file} are for the same place`);
    }
  });
}
