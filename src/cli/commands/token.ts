// `provision token`: a vendor's tokens. They are secrets: shown, or written to a file that only its
// owner may read, if asked for.

import { rmSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { printDone, printItem, printList } from "../terminal/output.js";
import { addSessionOptions, openClient, type SessionOptions } from "../terminal/session.js";

interface SecretOptions extends SessionOptions {
  readonly showSecret: boolean;
  readonly save?: string;
}

export function addToken(program: Command): void {
  const token = program
    .command("token")
    .description("a vendor's tokens; they are made and shown with its CIK only, not with a token");
  addSessionOptions(token.command("list"))
    .description("list the ids of tokens")
    .action(async (options: SessionOptions) => {
      const ids = await (await openClient(options)).tokens.list();
      printList(
        options.json,
        ids.map((id) => ({ id })),
        ["id"],
      );
    });
  addSecretOptions(token.command("create"))
    .description("make a token")
    .argument("<id>")
    .action(async (id: string, options: SecretOptions) => {
      const { tokens } = await openClient(options);
      await tell(id, () => tokens.create(id), options);
    });
  addSecretOptions(token.command("info"))
    .description("show a token")
    .argument("<id>")
    .action(async (id: string, options: SecretOptions) => {
      const { tokens } = await openClient(options);
      await tell(id, () => tokens.show(id), options);
    });
  addSessionOptions(token.command("delete"))
    .description("delete a token; it stops working at once")
    .argument("<id>")
    .action(async (id: string, options: SessionOptions) => {
      await (await openClient(options)).tokens.delete(id);
      printDone(options.json, { id }, `token ${id} is deleted`);
    });
}

function addSecretOptions(command: Command): Command {
  return addSessionOptions(command)
    .option("--show-secret", "print the token itself", false)
    .option("--save <file>", "write the token to a new file of mode 600");
}

async function tell(
  id: string,
  ask: () => Promise<string>,
  { json, showSecret, save }: SecretOptions,
): Promise<void> {
  const token = save === undefined ? await ask() : await saveSecret(save, ask);
  if (showSecret) printItem(json, { id, token });
  else {
    const where = save === undefined ? "--show-secret prints it" : `it is in ${save}`;
    printDone(json, { id, ...(save !== undefined && { file: save }) }, `token ${id}: ${where}`);
  }
}

/** The file is there before the secret is asked for: none is made that cannot be kept. */
async function saveSecret(file: string, ask: () => Promise<string>): Promise<string> {
  writeFileSync(file, "", { mode: 0o600, flag: "wx" });
  try {
    const secret = await ask();
    writeFileSync(file, `${secret}\n`);
    return secret;
  } catch (error) {
    rmSync(file);
    throw error;
  }
}
