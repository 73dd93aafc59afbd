// npm run check:moddable: links the product for the chips with a real Moddable SDK and checks what
// only the SDK's own tools can tell. Needs no ESP-IDF and no board. Exit code 1 on any violation.

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readArchive } from "./archive.js";
import {
  checkChip,
  chipsOf,
  settingComplaints,
  writeBaseline,
  writeVariant,
  type Manifest,
  type Project,
} from "./chips.js";
import { live } from "./life.js";
import { moduleComplaints, reachableModules } from "./modules.js";
import { SDK } from "./sdk.js";
import { Screen, Simulator, type MemoryPeaks } from "./simulator.js";

const root = fileURLToPath(new URL("../../../..", import.meta.url)).replace(/\/$/, "");
const project: Project = { root, outFolder: join(root, "build/moddable") };
const main = "hosts/esp32/main";

const flashBytes = 4 << 20;
/** Tables for larger flashes, by the manifest that brings them. */
const largerFlashes = [
  { manifest: "hosts/esp32/flash-8mb/manifest.json", flashBytes: 8 << 20 },
  { manifest: "hosts/esp32/flash-16mb/manifest.json", flashBytes: 16 << 20 },
];
/** The memory of slots, chunks and stack that the agent is proved to live in. */
const heapBytes = 94_208;
/**
 * Agent and adapters: bytecode, preloaded slots, strings and keys beyond those of the SDK alone.
 * A tenth of a slot, and little above what they take: it may not grow unseen.
 */
const romBudgetBytes = 224 * 1024;

function row(cells: readonly (string | number)[]): string {
  const widths = [8, 8, 9, 6, 9, 6, 9, 9, 8, 8];
  const texts = cells.map((cell) => (typeof cell === "number" ? cell.toLocaleString("en") : cell));
  return texts
    .map((text, index) => text.padStart(widths[index] ?? 0))
    .join("  ")
    .trimEnd();
}

/** What is wrong, and with which chips. */
class Complaints {
  readonly #whereByComplaint = new Map<string, string[]>();

  add(where: string, complaints: readonly string[]): void {
    for (const complaint of complaints) {
      const places = this.#whereByComplaint.get(complaint) ?? [];
      this.#whereByComplaint.set(complaint, [...places, where]);
    }
  }

  get lines(): string[] {
    return [...this.#whereByComplaint].map(([text, places]) => `${places.join(", ")}: ${text}`);
  }
}

/** Links and judges every chip, printing a row for each. */
function checkChips(sdk: SDK, manifest: Manifest, complaints: Complaints): void {
  const needed = reachableModules(join(root, "build"), main);
  complaints.add("manifest.json", moduleComplaints(manifest, needed, main));
  if (complaints.lines.length > 0) return;

  const expected = { needed, main, heapBytes, flashBytes };
  const baselineSource = writeBaseline(project, manifest);
  print(
    row(["chip", "modules", "bytecode", "slots", "x16", "keys", "ROM", "SDK", "ours", "budget"]),
  );
  for (const chip of chipsOf(project)) {
    const { archive, complaints: found } = checkChip(sdk, { folder: root }, chip, expected);
    complaints.add(chip.subclass, found);
    if (archive === undefined) continue;
    const baseline = sdk.build(baselineSource, chip);
    if (!baseline.ok) throw new Error(baseline.output);
    const sdkBytes = readArchive(readFileSync(join(baseline.folder, "mc.xs.c"), "utf8")).romBytes;
    const { bytecodeBytes, slots, keys, romBytes } = archive;
    const ourBytes = romBytes - sdkBytes;
    const sizes = [bytecodeBytes, slots, slots * 16, keys, romBytes, sdkBytes, ourBytes];
    print(row([chip.subclass, needed.length, ...sizes, romBudgetBytes]));
    if (ourBytes > romBudgetBytes) {
      complaints.add(chip.subclass, ["the budget of ROM is exceeded"]);
    }
  }
}

/** Merges the settings for larger flashes and judges them. */
function checkFlashes(sdk: SDK, complaints: Complaints): void {
  const [chip] = chipsOf(project);
  if (chip === undefined) throw new Error("no chip");
  for (const { manifest, flashBytes: bytes } of largerFlashes) {
    const name = `flash-${bytes >> 20}mb`;
    const { ok, output, projectFolder } = sdk.configure(
      writeVariant(project, name, manifest),
      chip,
    );
    complaints.add(name, ok ? settingComplaints(projectFolder, bytes) : [output.trim()]);
  }
  const sizes = largerFlashes.map(({ flashBytes: bytes }) => `${bytes >> 20} MB`);
  print(`settings merged for flashes of 4 MB, ${sizes.join(", ")}`);
}

/** Builds the product for the SDK's own simulator and lives a life on it. */
async function checkSimulator(sdk: SDK, complaints: Complaints): Promise<void> {
  const problem = Simulator.problem(sdk);
  if (problem !== undefined) {
    print(`the SDK's simulator: skipped: ${problem}`);
    return;
  }
  const folder = join(project.outFolder, "lin");
  mkdirSync(folder, { recursive: true });
  const flashFile = join(folder, "flash.bin");
  const source = { folder: root, config: { flashFile } };
  const app = sdk.build(source, { platform: "lin", instrumented: true });
  complaints.add("lin", app.typeErrors);
  if (!app.ok) {
    if (app.typeErrors.length === 0) complaints.add("lin", [app.output.trim()]);
    return;
  }
  const screen = await Screen.open();
  try {
    const { library } = app;
    const report = await live({ sdk, screen, library, flashFile });
    const { boots, resentBytes, peaks, chipEngine } = report;
    print(
      `lin: two updates of ${number(report.imageBytes)} bytes, cut half way, in ${boots} boots`,
    );
    print(
      `lin: the simulated chip (${chipEngine}) took over the flash between them, and after them`,
    );
    print(`lin: ${number(resentBytes)} bytes of them sent twice`);
    print(`lin: memory at most: ${memory(peaks)}`);
  } catch (error) {
    complaints.add("lin", [error instanceof Error ? error.message : String(error)]);
  } finally {
    screen.close();
  }
}

/** Slots are 32 bytes on this computer, 16 on a chip. */
function memory({ chunkBytes, slotBytes, stackBytes }: MemoryPeaks): string {
  const onChip = chunkBytes + (slotBytes + stackBytes) / 2;
  const parts = `chunks ${number(chunkBytes)}, slots ${number(slotBytes)}, stack ${number(stackBytes)}`;
  return `${parts} bytes; with a chip's slots ${number(onChip)}`;
}

function number(value: number): string {
  return value.toLocaleString("en");
}

async function check(sdk: SDK): Promise<string[]> {
  const complaints = new Complaints();
  const manifest = JSON.parse(readFileSync(join(root, "manifest.json"), "utf8")) as Manifest;
  if (!process.argv.includes("--lin")) {
    checkChips(sdk, manifest, complaints);
    checkFlashes(sdk, complaints);
  }
  await checkSimulator(sdk, complaints);
  return complaints.lines;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const sdk = SDK.find(process.env, root, project.outFolder);
if (typeof sdk === "string") {
  print(`check:moddable skipped: ${sdk}`);
} else {
  print(`Moddable SDK ${sdk.version}`);
  const lines = await check(sdk);
  for (const line of lines) print(line);
  print(lines.length === 0 ? "check:moddable passed" : "check:moddable failed");
  if (lines.length > 0) process.exitCode = 1;
}
