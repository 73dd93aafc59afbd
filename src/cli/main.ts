#!/usr/bin/env node
// The command line. Exit codes: 0 done; 1 failed, with one line on stderr; 2 misused.

import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { addContent } from "./commands/content.js";
import { addFactory } from "./commands/factory/factory.js";
import { addFirmware } from "./commands/firmware.js";
import { addGroup } from "./commands/group.js";
import { addFlash } from "./commands/factory/flash.js";
import { addInspect } from "./commands/inspect.js";
import { addLog } from "./commands/log.js";
import { addLogin } from "./commands/login.js";
import { addModel } from "./commands/model.js";
import { addNew } from "./commands/project/new.js";
import { bearClosedPipe, printable } from "./terminal/output.js";
import { addRange } from "./commands/range.js";
import { addSerial } from "./commands/serial.js";
import { addOwner, addVendor } from "./commands/administer.js";
import { addServe } from "./commands/serve.js";
import { addShare } from "./commands/share.js";
import { addSimulate } from "./commands/simulate.js";
import { addStamp } from "./commands/stamp.js";
import { addToken } from "./commands/token.js";
import { addWatch } from "./commands/watch.js";

bearClosedPipe();

const packageFile = new URL("../../../package.json", import.meta.url);
const { version } = JSON.parse(readFileSync(packageFile, "utf8")) as { version: string };

const program = new Command("provision")
  .description("Firmware agent for ESP32, its Provision service, and a simulated chip")
  .version(version)
  .exitOverride();
addNew(program);
addSimulate(program);
addFirmware(program);
addStamp(program);
addFactory(program);
addInspect(program);
addFlash(program);
addServe(program);
addVendor(program);
addOwner(program);
addLogin(program);
addModel(program);
addSerial(program);
addRange(program);
addContent(program);
addGroup(program);
addShare(program);
addToken(program);
addLog(program);
addWatch(program);

// When nothing is left to do it ends at once: Node's orderly end has been seen to wait for ever, at
// full speed, for a handle of the bundler's worker thread.
process.once("beforeExit", () => process.exit());

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`provision: ${printable(message)}\n`);
    process.exitCode = 1;
  }
}
