// `provision factory`: flash images that tell devices who they are, one by one or by the batch.

import { createHash } from "node:crypto";
import type { Command } from "commander";
import {
  addAddressOptions,
  addPartsOptions,
  size,
  type AddressOptions,
  type PartsOptions,
} from "./factory-options.js";
import { addFactoryBatch } from "./factory-batch.js";
import { printDone } from "../../terminal/output.js";

interface ImageOptions extends PartsOptions, AddressOptions {
  readonly vendor: string;
  readonly model: string;
  /** false: the MAC address is the serial. */
  readonly sn: string | false;
  readonly out?: string;
  readonly json: boolean;
}

export function addFactory(program: Command): void {
  const factory = program
    .command("factory")
    .description("flash images that tell new devices who they are");
  const image = factory
    .command("image")
    .description("make the NVS partition of a device or, with --firmware, its whole flash")
    .requiredOption("--vendor <name>", "vendor name")
    .requiredOption("--model <name>", "model name")
    .requiredOption("--sn <serial>", "serial number")
    .option("--no-sn", "no serial number: the firmware takes it from the MAC address");
  addPartsOptions(addAddressOptions(image))
    .option("--out <file>", "file to write (default: <serial>.bin)")
    .option("--json", "print JSON", false)
    .action(makeImage);
  addFactoryBatch(factory);
  factory
    .command("table")
    .description("make the partition table that a board has in its flash, of Espressif's CSV")
    .argument("<csv>")
    .option("--flash-size <size>", "of the chip, such as 8MB (default: what holds the table)", size)
    .option("--out <file>", "file to write", "partition-table.bin")
    .option("--json", "print JSON", false)
    .action(makeTable);
}

interface TableOptions {
  readonly flashSize?: number;
  readonly out: string;
  readonly json: boolean;
}

async function makeTable(csv: string, { flashSize, out, json }: TableOptions): Promise<void> {
  const { partitionTableOffset, writePartitionTable } =
    await import("../../../formats/partition-table/partition-table.js");
  const { readParts } = await import("./factory-parts.js");
  const { writeWholeFile } = await import("../../terminal/whole-file.js");
  const { layout } = readParts({
    partitions: csv,
    ...(flashSize !== undefined && { flashSize }),
  });
  const table = writePartitionTable(layout.partitions);
  writeWholeFile(out, table);
  const count = layout.partitions.length;
  const facts = { file: out, offset: partitionTableOffset, bytes: table.length, partitions: count };
  const offset = `0x${partitionTableOffset.toString(16)}`;
  printDone(json, facts, `${out}: ${count} partitions, for offset ${offset}`);
}

async function makeImage(options: ImageOptions): Promise<void> {
  const { makeFlash, makeNvsPartition } = await import("../../../factory/device-image.js");
  const { chipName } = await import("../../../formats/app-image/chip-name.js");
  const { nvsPartition } = await import("../../../factory/flash-layout.js");
  const { imageFileName } = await import("../../../factory/image-file-name.js");
  const { readParts, warnOfHost } = await import("./factory-parts.js");
  const { writeWholeFile } = await import("../../terminal/whole-file.js");
  const { vendor, model, sn, host, port, json } = options;
  const identity = {
    vendor,
    model,
    ...(sn !== false && { sn }),
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
  };
  const { layout, image } = readParts(options);
  warnOfHost(identity);
  const bytes =
    image === undefined ? makeNvsPartition(layout, identity) : makeFlash(layout, identity, image);
  const file = options.out ?? imageFileName(sn === false ? model : sn);
  writeWholeFile(file, bytes);
  const facts = {
    file,
    kind: image === undefined ? "nvs" : "flash",
    offset: image === undefined ? nvsPartition(layout).offset : 0,
    bytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    ...identity,
    ...(image !== undefined && {
      version: image.app.descriptor?.version,
      chip: chipName(image.app.header.chipId),
      bootloader: image.bootLoader !== undefined,
    }),
  };
  const what =
    image === undefined
      ? `NVS partition of ${bytes.length} bytes, for offset 0x${facts.offset.toString(16)}`
      : `flash of ${bytes.length >> 20} MB with ${image.app.descriptor?.version ?? ""} in ota_0` +
        (image.bootLoader === undefined ? "; without a boot loader no board starts from it" : "");
  printDone(json, facts, `${file}: ${what}`);
}
