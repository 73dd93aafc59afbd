// `provision factory batch`: an image for each serial of a file. The service is what makes sure that
// no serial is issued twice, by whatever machine: a serial is registered by the batch, which leaves
// its mark in the serial's extra text, before its image is made.

import { createHash, randomBytes } from "node:crypto";
import type { Command } from "commander";
import type { BatchFolder, BatchTerms } from "../../../factory/batch-folder.js";
import type { DeviceIdentity } from "../../../factory/device-identity.js";
import { metaBytesMax } from "../../../protocol/limits.js";
import type { NewSerial } from "../../../client/serials.js";
import type { VendorClient } from "../../../client/vendor-client.js";
import { enableAll, marking, refuseForeign, register } from "./batch-registration.js";
import {
  addAddressOptions,
  addPartsOptions,
  type AddressOptions,
  type PartsOptions,
} from "./factory-options.js";
import type { Parts } from "./factory-parts.js";
import { countOf } from "../../terminal/count.js";
import { printDone } from "../../terminal/output.js";
import { ProgressBar } from "../../terminal/progress-bar.js";
import { addTableOptions, readSerialTable, type SerialTable } from "../serial/serial-table.js";
import {
  addSessionOptions,
  misuse,
  openClient,
  type SessionOptions,
} from "../../terminal/session.js";

interface BatchOptions extends PartsOptions, AddressOptions, SessionOptions {
  readonly model: string;
  readonly vendor?: string;
  readonly out: string;
  readonly heading?: boolean;
  readonly enable: boolean;
  readonly owner?: string;
}

/** Images that are made durable together: what that costs is shared, what a cut repeats is little. */
const groupImagesMax = 64;
const groupBytesMax = 64 << 20;

const help = `
Everything is checked before anything is written or registered. Each serial gets one image, once:
DIR/SHA256SUMS lists the images (sha256sum --check), and they may be moved away. After an
interruption run the same command again, and it goes on. The file may have gained serials by then.`;

export function addFactoryBatch(factory: Command): void {
  const batch = factory
    .command("batch")
    .description("make and register an image for each serial of a CSV file: serial, extra text")
    .argument("<file>", "- for standard input")
    .requiredOption("--model <name>", "model name")
    .requiredOption("--out <dir>", "folder of the batch")
    .option("--vendor <name>", "vendor name (default: that of the key)");
  addTableOptions(addSessionOptions(addPartsOptions(addAddressOptions(batch))))
    .option("--enable", "enable the serials, too: each device may then activate", false)
    .option("--owner <rid>", "with --enable: RID of the client that will own them")
    .addHelpText("after", help)
    .action(makeBatch);
}

async function makeBatch(file: string, options: BatchOptions): Promise<void> {
  const { readBatchId, BatchFolder } = await import("../../../factory/batch-folder.js");
  const { readParts, warnOfHost } = await import("./factory-parts.js");
  const { enable, owner } = options;
  if (enable !== (owner !== undefined)) return misuse("--enable and --owner belong together");
  const table = readSerialTable(file, options.heading);
  const { serials } = table;
  const parts = readParts(options);
  const client = await openClient(options);
  const identity = await commonIdentity(client, options);
  await checkSerials(table, identity, parts);
  warnOfHost(identity);
  const terms = termsOf(identity, parts);
  const id = readBatchId(options.out, terms) ?? randomBytes(6).toString("hex");
  const marked = serials.map(({ serial, extra }) => ({ serial, extra: marking(extra, id) }));
  checkExtras(table, marked);
  await refuseForeign(client, options.model, marked);
  const folder = new BatchFolder(options.out, id, terms);
  try {
    refuseObstacles(folder, serials);
    const added = await register(client, options, marked);
    const made = await makeImages(folder, serials, identity, parts, options.json);
    const enabled = owner === undefined ? 0 : await enableAll(client, options, serials, owner);
    const before = serials.length - made;
    const gone = serials.filter(({ serial }) => folder.isGone(serial)).length;
    const facts = {
      batch: id,
      folder: options.out,
      made,
      issued: folder.issuedCount,
      added,
      gone,
      enabled,
    };
    const taken = gone === 0 ? "" : `, ${gone} of them no longer in the folder`;
    const sentence =
      `${options.out}: ${countOf(made, "image")} made, ${before} issued before${taken}; ` +
      `${countOf(added, "serial")} registered with ${options.model}` +
      (enable ? `, ${enabled} enabled` : "");
    printDone(options.json, facts, sentence);
  } finally {
    folder.close();
  }
}

type CommonIdentity = Omit<DeviceIdentity, "sn">;

/** The vendor is the key's: a batch under another name would be one of dead devices. */
async function commonIdentity(
  client: VendorClient,
  { vendor, model, host, port }: BatchOptions,
): Promise<CommonIdentity> {
  const name = await client.registration.name();
  if (name === undefined) throw new Error("the key belongs to no vendor");
  if (vendor !== undefined && vendor !== name) {
    throw new Error(`the key belongs to vendor "${name}", not "${vendor}"`);
  }
  return {
    vendor: name,
    model,
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
  };
}

/** Throws an Error that names file and row of the first serial that cannot have an image. */
async function checkSerials(
  { file, serials, rowNumbers }: SerialTable,
  identity: CommonIdentity,
  { layout }: Parts,
): Promise<void> {
  const { makeNvsPartition } = await import("../../../factory/device-image.js");
  const { checkIdentity } = await import("../../../factory/device-identity.js");
  const indexByLower = new Map<string, number>();
  let longest = "";
  serials.forEach(({ serial }, index) => {
    const row = rowNumbers[index] ?? 0;
    try {
      checkIdentity({ ...identity, sn: serial });
    } catch (error) {
      throw new Error(`${file}: row ${row}: ${(error as Error).message}`, { cause: error });
    }
    // Files of images are told apart by name, and some file systems ignore case.
    const other = indexByLower.get(serial.toLowerCase());
    if (other !== undefined) {
      const [first, firstRow] = [serials[other]?.serial ?? "", rowNumbers[other] ?? 0];
      const what = `serial "${serial}" is in row ${firstRow} already as "${first}"`;
      throw new Error(`${file}: row ${row}: ${what}, and only case differs`);
    }
    indexByLower.set(serial.toLowerCase(), index);
    if (serial.length > longest.length) longest = serial;
  });
  // If the largest fits, all do.
  makeNvsPartition(layout, { ...identity, sn: longest });
}

function checkExtras({ file, rowNumbers }: SerialTable, marked: readonly NewSerial[]): void {
  marked.forEach(({ extra }, index) => {
    const bytes = Buffer.byteLength(extra);
    if (bytes <= metaBytesMax) return;
    const what = `the extra text with the batch's mark has ${bytes} bytes`;
    throw new Error(`${file}: row ${rowNumbers[index] ?? 0}: ${what}, at most ${metaBytesMax} fit`);
  });
}

function refuseObstacles(folder: BatchFolder, serials: readonly NewSerial[]): void {
  for (const { serial } of serials) {
    const path = folder.obstacle(serial);
    if (path !== undefined) throw new Error(`${path} is in the way: it is not of this batch`);
  }
}

/** @returns how many were made now */
async function makeImages(
  folder: BatchFolder,
  serials: readonly NewSerial[],
  identity: CommonIdentity,
  { layout, image }: Parts,
  isQuiet: boolean,
): Promise<number> {
  const { makeFlash, makeNvsPartition } = await import("../../../factory/device-image.js");
  const missing = serials.filter(({ serial }) => !folder.isIssued(serial));
  const bar = new ProgressBar(missing.length, "images", !isQuiet);
  let group: { serial: string; bytes: Uint8Array }[] = [];
  let groupBytes = 0;
  let made = 0;
  const issue = (): void => {
    folder.issue(group);
    made += group.length;
    bar.update(made);
    group = [];
    groupBytes = 0;
  };
  try {
    for (const { serial } of missing) {
      const device = { ...identity, sn: serial };
      const bytes =
        image === undefined ? makeNvsPartition(layout, device) : makeFlash(layout, device, image);
      group.push({ serial, bytes });
      groupBytes += bytes.length;
      if (group.length === groupImagesMax || groupBytes >= groupBytesMax) issue();
    }
    if (group.length > 0) issue();
  } finally {
    bar.end();
  }
  return made;
}

function termsOf(identity: CommonIdentity, { layout, image }: Parts): BatchTerms {
  const { vendor, model, host = null, port = null } = identity;
  const descriptor = image?.app.descriptor;
  return {
    vendor,
    model,
    host,
    port,
    flashBytes: layout.flashBytes,
    partitionsSha256: sha256Of(JSON.stringify(layout.partitions)),
    firmwareSha256: image === undefined ? null : sha256Of(image.firmware),
    firmwareVersion: descriptor?.version ?? null,
    bootloaderSha256: image?.bootLoader === undefined ? null : sha256Of(image.bootLoader),
  };
}

function sha256Of(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}
