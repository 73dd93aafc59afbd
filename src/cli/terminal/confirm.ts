// Asks before something is done to more than one thing that cannot be undone.

import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { misuse } from "./session.js";

export interface ConfirmOptions {
  readonly yes: boolean;
}

/** Adds what every command has that asks. */
export function addConfirmOption(command: Command): Command {
  return command.option("--yes", "do it without asking", false);
}

/**
 * Goes on if `--yes` was said, or a person at the terminal says yes. Throws otherwise.
 * @param sentence what will be done: "delete 3 serials of model lamp"
 */
export async function confirm(sentence: string, { yes }: ConfirmOptions): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    misuse(`this would ${sentence}: use --yes if that is meant`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${capital(sentence)}? [y/N] `);
    if (/^\s*y(es)?\s*$/i.test(answer)) return;
  } finally {
    terminal.close();
  }
  throw new Error("nothing was done");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
