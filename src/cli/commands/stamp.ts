// `provision stamp`: gives an image of the SDK's build the product's name, and a version if need be.

import { createHash } from "node:crypto";
import { InvalidArgumentError, type Command } from "commander";
import { formatMeta } from "../../protocol/release.js";
import { parseVersion } from "../../protocol/version.js";
import { printDone } from "../terminal/output.js";
import { misuse } from "../terminal/session.js";

interface StampOptions {
  readonly project?: string;
  readonly release?: string;
  readonly out?: string;
  readonly json: boolean;
}

/** Larger ones than any chip maps. */
const imageBytesMax = 16 << 20;

export function addStamp(program: Command): void {
  program
    .command("stamp")
    .description("set the project name in a firmware image; devices accept only their own")
    .argument("<file>", "image of the SDK's build: xs_esp32.bin")
    .option("--project <name>", "project name, 1 to 31 characters", project)
    .option("--release <version>", "semantic version", version)
    .option("--out <file>", "file to write (default: the image itself)")
    .option("--json", "print JSON", false)
    .action(stamp);
}

async function stamp(file: string, options: StampOptions): Promise<void> {
  const { project: projectName, release, out = file, json } = options;
  if (projectName === undefined && release === undefined) {
    return misuse("nothing to stamp: give --project, --release or both");
  }
  const { stampAppImage } = await import("../../formats/app-image/app-image-stamp.js");
  const { openSha256 } = await import("../../../hosts/node/digest.js");
  const { readWholeFile, writeWholeFile } = await import("../terminal/whole-file.js");
  const image = readWholeFile(file, imageBytesMax);
  const texts = {
    ...(projectName !== undefined && { projectName }),
    ...(release !== undefined && { version: release }),
  };
  const stamped = inFile(file, () => stampAppImage(image, texts, openSha256));
  writeWholeFile(out, stamped);
  const sha256 = createHash("sha256").update(stamped).digest("hex");
  const meta = release === undefined ? undefined : formatMeta({ version: release, sha256 });
  const facts = { file: out, bytes: stamped.length, ...texts, sha256, meta };
  const said = [projectName, release].filter((text) => text !== undefined).join(" ");
  printDone(json, facts, `${out}: ${said}, SHA-256 ${sha256}`);
}

function inFile<Result>(file: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${file} is no firmware image, as xs_esp32.bin is: ${why}`, { cause: error });
  }
}

/** Names that end in -sim belong to the simulated chip, whose images a chip must not take. */
function project(text: string): string {
  if (!/^[!-~]{1,31}$/.test(text)) {
    throw new InvalidArgumentError("expected 1 to 31 characters of ASCII without blanks");
  }
  if (text.endsWith("-sim")) {
    throw new InvalidArgumentError("names that end in -sim belong to the simulated chip");
  }
  return text;
}

function version(text: string): string {
  if (parseVersion(text) === undefined) {
    throw new InvalidArgumentError("expected a semantic version such as 1.2.0");
  }
  if (text.length > 31) throw new InvalidArgumentError("at most 31 characters fit the image");
  return text;
}
