// `provision flash`: writes files into a board's flash with Espressif's esptool, each where it
// belongs. What a file is, is told by what is in it.

import { spawnSync } from "node:child_process";
import { InvalidArgumentError, type Command } from "commander";
import { readEnvironment } from "../../terminal/environment.js";
import { printDone, printLine, warn } from "../../terminal/output.js";
import { misuse } from "../../terminal/session.js";

interface FlashOptions {
  readonly port?: string;
  readonly baud: number;
  readonly partitions?: string;
  readonly chip?: string;
  readonly esptool?: string;
  readonly dryRun: boolean;
  readonly json: boolean;
}

const baudDefault = 460_800;

const help = `
Files may be a whole flash image, or parts: boot loader, partition table, NVS, otadata, application.
An application goes into ota_0, and otadata is erased so that it starts. Offsets are those of the
partition table among the files, of --partitions, or of the default table.`;

export function addFlash(program: Command): void {
  program
    .command("flash")
    .description("write files into a board's flash, with Espressif's esptool")
    .argument("<file...>", "flash image, or parts of one")
    .option("--port <device>", "serial port, such as /dev/ttyUSB0 (or ESPTOOL_PORT)")
    .option("--baud <rate>", "bits per second", baud, baudDefault)
    .option("--chip <name>", "refuse images for any other chip, such as esp32c3")
    .option("--partitions <file>", "partition table, CSV or binary (default: 4 MB, two slots)")
    .option("--esptool <command>", "how esptool is called here (default: the first that is found)")
    .option("--dry-run", "check everything and print the commands, run nothing", false)
    .option("--json", "print JSON", false)
    .addHelpText("after", help)
    .action(flash);
}

async function flash(files: string[], options: FlashOptions): Promise<void> {
  const { planFlash } = await import("./flash-plan.js");
  const { esptoolCommands, findEsptool } = await import("./esptool.js");
  const port = options.port ?? readEnvironment("ESPTOOL_PORT");
  if (port === undefined) return misuse("no serial port: use --port");
  const plan = planFlash(files, options);
  const tool = findEsptool(options.esptool, options.dryRun);
  const commands = esptoolCommands(plan, { tool, port, baud: options.baud });
  const { chip, writes, erases } = plan;
  const facts = { port, chip: chip ?? null, writes, erases, commands };
  if (options.dryRun) {
    if (options.json) printDone(true, facts, "");
    else for (const command of commands) printLine(command.map(quoted).join(" "));
    return;
  }
  for (const command of commands) run(command, options.json);
  const what = writes.map(({ file, kind }) => `${file} (${kind})`).join(", ");
  printDone(options.json, facts, `written to ${port}: ${what}`);
  if (writes.some(({ kind }) => kind === "NVS")) {
    warn("a CIK that the device had is gone: it must be enabled again to activate");
  }
}

/** esptool's own output is progress: with --json, stdout is for the one object. */
function run([program = "", ...words]: readonly string[], isQuiet: boolean): void {
  const { error, status, signal } = spawnSync(program, words, {
    stdio: ["inherit", isQuiet ? 2 : "inherit", "inherit"],
  });
  if (error !== undefined) throw new Error(`${program}: ${error.message}`, { cause: error });
  if (status !== 0) throw new Error(`esptool failed (${signal ?? `exit code ${status ?? 1}`})`);
}

/** A word as a POSIX shell takes it. */
function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function baud(text: string): number {
  const rate = /^\d{4,8}$/.test(text) ? Number(text) : 0;
  if (rate >= 9600) return rate;
  throw new InvalidArgumentError("expected bits per second, such as 460800");
}
