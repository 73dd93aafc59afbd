// Espressif's esptool: how it is called here, and the command lines for a plan. Since version 5 its
// commands have hyphens; the older ones knew underscores only.

import { spawnSync } from "node:child_process";
import type { FlashPlan } from "./flash-plan.js";

export interface Esptool {
  /** `["python3", "-m", "esptool"]` */
  readonly command: readonly string[];
  readonly hasHyphens: boolean;
}

interface Calling {
  readonly tool: Esptool;
  readonly port: string;
  readonly baud: number;
}

const candidates = [["esptool"], ["esptool.py"], ["python3", "-m", "esptool"]];
const hyphensSince = 5;

/**
 * Finds esptool. Throws an Error that says how to get it.
 * @param said how the user calls it
 * @param isOptional without one, today's is assumed: nothing will be run
 */
export function findEsptool(said: string | undefined, isOptional: boolean): Esptool {
  const calls = said === undefined ? candidates : [said.split(" ")];
  for (const command of calls) {
    const version = versionOf(command);
    if (version !== undefined) return { command, hasHyphens: version >= hyphensSince };
  }
  if (isOptional) return { command: calls[0] ?? [], hasHyphens: true };
  const what = said === undefined ? "esptool is not installed" : `"${said}" is no esptool`;
  throw new Error(`${what}: pip install esptool, or name it with --esptool`);
}

/** The commands for a plan, in their order: erases first, then all writes in one. */
export function esptoolCommands({ chip, writes, erases }: FlashPlan, calling: Calling): string[][] {
  const { tool, port, baud } = calling;
  const name = (words: string): string => words.replaceAll(" ", tool.hasHyphens ? "-" : "_");
  const common = [
    ...tool.command,
    "--chip",
    chip ?? "auto",
    "--port",
    port,
    "--baud",
    String(baud),
  ];
  const places = writes.flatMap(({ offset, file }) => [hex(offset), file]);
  // Between two commands the chip stays in its loader.
  const stay = ["--after", name("no reset")];
  return [
    ...erases.map(({ offset, bytes }) => {
      return [...common, ...stay, name("erase region"), hex(offset), hex(bytes)];
    }),
    [...common, name("write flash"), ...places],
  ];
}

function versionOf(command: readonly string[]): number | undefined {
  const [program = "", ...words] = command;
  const { stdout, status } = spawnSync(program, [...words, "version"], { encoding: "utf8" });
  const [, major] = status === 0 ? (/v?(\d+)\.\d/.exec(stdout) ?? []) : [];
  return major === undefined ? undefined : Number(major);
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
