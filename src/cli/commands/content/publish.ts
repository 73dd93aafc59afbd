// `provision content publish`: makes a firmware release of a file, after a look at the file and at
// the releases that are there.

import type { Command } from "commander";
import type { Contents } from "../../../client/contents.js";
import { ClientError } from "../../../client/client-error.js";
import { formatMeta } from "../../../protocol/release.js";
import { parseVersion } from "../../../protocol/version.js";
import { printDone, warn } from "../../terminal/output.js";
import {
  addSessionOptions,
  misuse,
  openClient,
  type SessionOptions,
} from "../../terminal/session.js";
import { uploadBytes } from "./content-file.js";
import type { ReleaseImage } from "./release-image.js";

interface PublishOptions extends SessionOptions {
  readonly release?: string;
  readonly name?: string;
  readonly partitions?: string;
  readonly protected: boolean;
  readonly stamp: boolean;
  readonly force: boolean;
}

interface Release {
  readonly model: string;
  readonly id: string;
  readonly image: ReleaseImage;
  readonly meta: string;
  readonly protected: boolean;
}

/** Larger than what any chip maps. */
const imageBytesMax = 32 << 20;

const more = `
The file must be a whole, good application image. Its version must be --release, its project and chip
those of the newest release of that name, and it must fit a slot of the default partition table or
of --partitions. What else is wrong --force overrides. The same command again goes on with a
release whose upload was interrupted.`;

export function addPublish(content: Command): void {
  addSessionOptions(content.command("publish"))
    .description("check a firmware image, and create and upload it as a release")
    .argument("<model>")
    .argument("<file>", "application image, such as the build's xs_esp32.bin")
    .option("--release <version>", "semantic version (default: the image's)")
    .option("--name <name>", "the content is called <name>-<version> (default: the model's name)")
    .option("--stamp", "write the project's name, and --release, into the image first", false)
    .option("--partitions <file>", "the devices' partition table (default: 4 MB, two slots)")
    .option("--protected", "only for serials that share a group with it", false)
    .option("--force", "publish an image that is good but does not fit", false)
    .addHelpText("after", more)
    .action(publish);
}

async function publish(model: string, file: string, options: PublishOptions): Promise<void> {
  const { name = model, release, json } = options;
  if (release !== undefined) await requireVersion(release);
  const { contents } = await openClient(options);
  const { image, version, doubts } = await lookAt(contents, model, file, options);
  if (doubts.length > 0) {
    const all = doubts.join("; ");
    if (!options.force) throw new Error(`${file}: ${all}. --force publishes it all the same`);
    warn(`${file}: ${all}`);
  }
  const id = `${name}-${version}`;
  const meta = formatMeta({ version, sha256: image.sha256 });
  const isProtected = options.protected;
  const wasThere = await send(contents, { model, id, image, meta, protected: isProtected }, json);
  const { project, chip, bytes } = image;
  const facts = { model, id, bytes: bytes.length, meta, wasThere, version, project, chip, doubts };
  const what = `${bytes.length} bytes for ${chip}, project ${project}`;
  printDone(json, facts, `${id} is published${wasThere ? " already" : ""}: ${what}`);
}

interface Looked {
  readonly image: ReleaseImage;
  readonly version: string;
  /** What --force overrides. */
  readonly doubts: readonly string[];
}

async function lookAt(
  contents: Contents,
  model: string,
  file: string,
  options: PublishOptions,
): Promise<Looked> {
  const { doubtsOf, readReleaseImage, releaseVersionOf } = await import("./release-image.js");
  const { differencesFrom, findNeighbour } = await import("./release-neighbour.js");
  const { readWholeFile } = await import("../../terminal/whole-file.js");
  const { name = model, release } = options;
  const content = readWholeFile(file, imageBytesMax);
  const found = readReleaseImage(file, content);
  const version = release ?? releaseVersionOf(file, found);
  const neighbour = await findNeighbour(contents, model, name, `${name}-${version}`);
  const isSimulated = found.project.endsWith("-sim");
  const projectName = neighbour?.project ?? (isSimulated ? `${name}-sim` : name);
  const isStamped = options.stamp && (found.project !== projectName || found.version !== version);
  const image = isStamped ? readReleaseImage(file, content, { projectName, version }) : found;
  const wanted = { version, slotBytes: await slotBytesOf(options.partitions) };
  const doubts =
    neighbour === undefined
      ? doubtsOf(image, { ...wanted, names: [name, model] })
      : [...doubtsOf(image, wanted), ...differencesFrom(neighbour, image)];
  return { image, version, doubts };
}

async function requireVersion(text: string): Promise<void> {
  if (parseVersion(text) !== undefined) return;
  const { explainVersion } = await import("./release-image.js");
  misuse(`--release: "${text}" is ${explainVersion(text)}`);
}

/** The smallest slot of the devices' table. */
async function slotBytesOf(partitions: string | undefined): Promise<number> {
  const { slotPartitions } = await import("../../../formats/partition-table/partition-roles.js");
  const { readParts } = await import("../factory/factory-parts.js");
  const { layout } = readParts(partitions === undefined ? {} : { partitions });
  const slots = slotPartitions(layout.partitions);
  if (slots.length < 2) {
    throw new Error(`${partitions ?? "the default table"} has fewer than two OTA slots`);
  }
  return Math.min(...slots.map(({ size }) => size));
}

/** Publishes, or what is missing of it. @returns whether all of it was there */
async function send(contents: Contents, release: Release, isQuiet: boolean): Promise<boolean> {
  const { model, id, image, meta } = release;
  try {
    await contents.create(model, id, { meta, protected: release.protected });
  } catch (error) {
    if (!(error instanceof ClientError) || error.kind !== "conflict") throw error;
    const there = await contents.info(model, id);
    const remedy =
      "a release does not change: publish it with another version, or take the old one away " +
      `with: provision content delete ${model} ${id}`;
    if (there.meta !== meta) {
      const when = new Date(there.timestampSeconds * 1000).toISOString().slice(0, 10);
      const what = `another image, of ${when}`;
      throw new Error(`"${id}" is there already with ${what}; ${remedy}`, { cause: error });
    }
    if (there.protected !== release.protected) {
      const how = there.protected === true ? "protected" : "not protected";
      throw new Error(`"${id}" is there already, ${how}; ${remedy}`, { cause: error });
    }
    if (there.sizeBytes > 0) return true;
  }
  await uploadBytes({ contents, model, id, isQuiet }, image.bytes);
  return false;
}
