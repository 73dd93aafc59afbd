// `provision firmware`: writes an image for the simulated chip, to upload it to any service.

import { createHash } from "node:crypto";
import { InvalidArgumentError, type Command } from "commander";
import { formatMeta } from "../../protocol/release.js";
import { parseVersion } from "../../protocol/version.js";

interface FirmwareOptions {
  readonly model: string;
  readonly release: string;
  readonly size?: number;
  readonly program?: string;
  readonly json: boolean;
}

export function addFirmware(commands: Command): void {
  commands
    .command("firmware")
    .argument("<file>", "file to write")
    .description("make a firmware image for the simulated chip")
    .option("--model <name>", "model name; the image's project is <name>-sim", "sensor")
    .requiredOption("--release <version>", "semantic version", version)
    .option("--size <bytes>", "size of the image, a multiple of 16", Number)
    .option("--program <file>", "main module of a product, such as main.ts (default: the agent)")
    .option("--json", "print JSON", false)
    .action(async (file: string, { model, release, size, program, json }: FirmwareOptions) => {
      const { writeWholeFile } = await import("../terminal/whole-file.js");
      const { makeFirmware } = await import("../../simulator/firmware/firmware.js");
      const image = makeFirmware({
        name: model,
        version: release,
        ...(size !== undefined && { byteLength: size }),
        ...(program !== undefined && { program }),
      });
      writeWholeFile(file, image);
      const sha256 = createHash("sha256").update(image).digest("hex");
      const facts = {
        file,
        id: `${model}-${release}`,
        bytes: image.length,
        meta: formatMeta({ version: release, sha256 }),
      };
      if (json) process.stdout.write(`${JSON.stringify(facts)}\n`);
      else {
        process.stdout.write(`${file}: ${image.length} bytes\n`);
        process.stdout.write(`content id  ${facts.id}\nmeta        ${facts.meta}\n`);
      }
    });
}

function version(text: string): string {
  if (parseVersion(text) !== undefined) return text;
  throw new InvalidArgumentError("expected a semantic version such as 1.2.0");
}
