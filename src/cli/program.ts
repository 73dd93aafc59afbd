// The whole command line: every command, and how a run of it ends.

import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { addContent } from "./commands/content/content.js";
import { addFactory } from "./commands/factory/factory.js";
import { addFirmware } from "./commands/firmware.js";
import { addGroup } from "./commands/group.js";
import { addFlash } from "./commands/factory/flash.js";
import { addInspect } from "./commands/inspect.js";
import { addLog } from "./commands/log.js";
import { addLogin } from "./commands/login.js";
import { addModel } from "./commands/model.js";
import { addManifest } from "./commands/project/manifest/manifest.js";
import { addNew } from "./commands/project/new.js";
import { endWithClosedPipe, printable } from "./terminal/output.js";
import { addRange } from "./commands/serial/range.js";
import { addSerial } from "./commands/serial/serial.js";
import { addOwner, addVendor } from "./commands/administer.js";
import { addServe } from "./commands/serve.js";
import { addShare } from "./commands/share.js";
import { addSimulate } from "./commands/simulate.js";
import { addStamp } from "./commands/stamp.js";
import { addToken } from "./commands/token.js";
import { addWatch } from "./commands/watch.js";
import { sentenceOf } from "./terminal/failure.js";

/** What a run ends with. `provision --help` prints it, and so does docs/reference/cli.md. */
export const exitCodes = "Exit codes: 0 done; 1 failed, with one line on stderr; 2 wrong usage.";

/** The command line with all its commands. */
export function makeProgram(): Command {
  const packageFile = new URL("../../../package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(packageFile, "utf8")) as { version: string };
  const program = new Command("provision")
    .description("Firmware agent for ESP32, its Provision service, and a simulated chip")
    .version(version)
    .addHelpText("after", `\n${exitCodes}`)
    .exitOverride();
  const commands = [
    addNew,
    addManifest,
    addSimulate,
    addFirmware,
    addStamp,
    addFactory,
    addInspect,
    addFlash,
    addServe,
    addVendor,
    addOwner,
    addLogin,
    addModel,
    addSerial,
    addRange,
    addContent,
    addGroup,
    addShare,
    addToken,
    addLog,
    addWatch,
  ];
  for (const add of commands) add(program);
  return program;
}

/** Runs the command of `process.argv`, and sets the exit code. */
export async function run(): Promise<void> {
  endWithClosedPipe();
  // When nothing is left to do it ends at once: Node's orderly end has been seen to wait for ever,
  // at full speed, for a handle of the bundler's worker thread.
  process.once("beforeExit", () => process.exit());
  try {
    await makeProgram().parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else {
      process.stderr.write(`provision: ${printable(sentenceOf(error))}\n`);
      process.exitCode = 1;
    }
  }
}
