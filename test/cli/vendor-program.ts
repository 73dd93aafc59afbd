// The vendor's commands alone, with the exit codes of src/cli/main.ts: they start in a fifth of the
// time when neither the engine nor the service is loaded with them.

import { Command, CommanderError } from "commander";
import { addContent } from "../../src/cli/content.js";
import { addGroup } from "../../src/cli/group.js";
import { addLog } from "../../src/cli/log.js";
import { addLogin } from "../../src/cli/login.js";
import { addModel } from "../../src/cli/model.js";
import { addRange } from "../../src/cli/range.js";
import { addRegistration } from "../../src/cli/registration.js";
import { addSerial } from "../../src/cli/serial.js";
import { addShare } from "../../src/cli/share.js";
import { addToken } from "../../src/cli/token.js";

const program = new Command("provision").exitOverride();
for (const add of [addLogin, addModel, addSerial, addRange, addContent, addGroup, addShare]) {
  add(program);
}
addToken(program);
addLog(program);
addRegistration(program.command("vendor"));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    process.stderr.write(`provision: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
