// The agent of an older commit, to be lived with over one flash: what a device in the field runs
// before an update, or after one that goes back. It is made from the history of this repository,
// once, beside the compiled proof; a copy without that history has none.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { env, pid } from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Agent } from "../../../src/agent/agent.js";
import type { AgentOptions } from "../../../src/agent/options.js";
import type { Platform } from "../../../src/ports/platform.js";

type AgentClass = new (platform: Platform, options: AgentOptions) => Agent;

export const oldCommit = "b962c4a";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const folder = fileURLToPath(new URL(`../agent-${oldCommit}/`, import.meta.url));

/** The class `Agent` of that commit; undefined where the history does not reach back to it. */
export const OldAgent: AgentClass | undefined = await loadOldAgent();

async function loadOldAgent(): Promise<AgentClass | undefined> {
  if (!existsSync(folder) && !(await make())) return undefined;
  const url = pathToFileURL(join(folder, "src/agent/agent.js")).href;
  return ((await import(url)) as { Agent: AgentClass }).Agent;
}

/** Compiles it beside its place, then moves it there: several processes may do so at once. */
async function make(): Promise<boolean> {
  const sources = readSources();
  if (sources === undefined) return false;
  const { default: ts } = await import("typescript"); // Which takes longer to load than many lives.
  const made = `${folder.slice(0, -1)}.${pid}`;
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  for (const [path, text] of sources) {
    const file = join(made, path.replace(/ts$/, "js"));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, ts.transpileModule(text, { compilerOptions }).outputText);
  }
  try {
    renameSync(made, folder);
  } catch {
    rmSync(made, { recursive: true }); // Another process was first.
  }
  return true;
}

function readSources(): [path: string, text: string][] | undefined {
  try {
    const folders = ["agent", "flash", "http", "ports", "protocol"].map((name) => `src/${name}`);
    const list = git(["ls-tree", "-r", "--name-only", oldCommit, "--", ...folders]);
    const paths = list.split("\n").filter((path) => path.endsWith(".ts"));
    return paths.map((path) => [path, git(["show", `${oldCommit}:${path}`])]);
  } catch {
    return undefined;
  }
}

function git(options: readonly string[]): string {
  return execFileSync("git", options, {
    cwd: root,
    env: { PATH: env["PATH"] }, // A git hook's environment may name another repository.
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}
