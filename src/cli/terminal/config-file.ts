// Where `provision login` keeps the service's address and the vendor's key: one JSON file of mode
// 600 in the user's configuration folder (XDG base directories).

import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { Credentials } from "../../client/transport.js";
import { readEnvironment } from "./environment.js";

export interface Login {
  readonly server: string;
  readonly credentials: Credentials;
}

/** Members of the file, for docs/reference/configuration.md. */
export const configFields = {
  server: "address of the service",
  token: "the vendor's token",
  cik: "the vendor's CIK, in place of a token",
} as const;

const othersMask = 0o077;

export function configFile(environment: NodeJS.ProcessEnv): string {
  const folder = readEnvironment("XDG_CONFIG_HOME", environment) ?? "";
  // The specification: a relative path is to be ignored.
  const root = folder.startsWith("/") ? folder : join(homedir(), ".config");
  return join(root, "provision", "config.json");
}

/** What was kept; undefined if nothing was. Throws if others may read it, or it is damaged. */
export function readLogin(file: string): Login | undefined {
  let text: string;
  try {
    if ((statSync(file).mode & othersMask) !== 0 && process.platform !== "win32") {
      throw new Error(`${file} holds a key and others may open it: chmod 600 ${file}`);
    }
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const { server, token, cik } = parse(text);
  if (typeof server === "string") {
    if (typeof token === "string") return { server, credentials: { token } };
    if (typeof cik === "string") return { server, credentials: { cik } };
  }
  throw new Error(`${file} is damaged: run \`provision login\` again`);
}

/** Keeps `login`. A cut on the way leaves what was kept before. */
export function writeLogin(file: string, { server, credentials }: Login): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify({ server, ...credentials }, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
