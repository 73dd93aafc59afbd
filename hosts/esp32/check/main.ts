// npm run check:moddable: links the product for the chips with a real Moddable SDK and checks what
// only the SDK's own tools can tell. Needs no ESP-IDF and no board. Exit code 1 on any violation.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readArchive, type Archive } from "./archive.js";
import { moduleComplaints, reachableModules, type ModuleLists } from "./modules.js";
import { SDK, type Chip } from "./sdk.js";
import { optionComplaints, partitionComplaints } from "./settings.js";

const projectRoot = fileURLToPath(new URL("../../../..", import.meta.url)).replace(/\/$/, "");
const outFolder = join(projectRoot, "build/moddable");
const mainModule = "hosts/esp32/main";

const chips: readonly Chip[] = [
  { name: "esp32", subclass: "esp32" },
  { name: "esp32c3", subclass: "esp32c3", targetFolder: "hosts/esp32/targets/esp32c3" },
];

const flashBytes = 4 << 20;
/** The memory of slots, chunks and stack that the agent is proved to live in. */
const heapBytes = 94_208;
/**
 * Agent and adapters: bytecode, preloaded slots, strings and keys beyond those of the SDK alone.
 * A tenth of a slot, and little above what they take: it may not grow unseen.
 */
const romBudgetBytes = 224 * 1024;

interface Manifest extends ModuleLists {
  readonly include: readonly string[];
  readonly creation: Readonly<Record<string, unknown>>;
  readonly platforms: Readonly<Record<string, unknown>>;
}

interface Checked {
  readonly archive: Archive | undefined;
  readonly complaints: string[];
}

/**
 * Writes an app that includes what the product includes and has no module of its own: what it
 * takes is the SDK's, the rest is ours. Returns its folder.
 */
function writeBaseline(manifest: Manifest): string {
  const folder = join(outFolder, "baseline");
  mkdirSync(folder, { recursive: true });
  const sdkPreload = manifest.preload.filter((name) => !/^(src|hosts)\//.test(name));
  const baseline = {
    include: manifest.include,
    modules: { "*": "./main" },
    preload: sdkPreload,
    creation: { ...manifest.creation, main: "main" },
    platforms: manifest.platforms,
  };
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(baseline));
  writeFileSync(join(folder, "main.js"), "");
  return folder;
}

/** The product's archive on one chip, if it links, and everything wrong with it. */
function checkChip(sdk: SDK, chip: Chip, needed: readonly string[]): Checked {
  const app = sdk.link(projectRoot, projectRoot, chip, outFolder);
  if (!app.ok) return { archive: undefined, complaints: [app.output.trim()] };
  const archive = readArchive(readFileSync(join(app.folder, "mc.xs.c"), "utf8"));
  const sources = needed.map((module) => join(projectRoot, `${module}.ts`));
  const complaints = [
    ...sdk.typeErrors(projectRoot, app, sources),
    ...app.output.split("\n").filter((line) => line.startsWith("### warning: ")),
    ...archive.frozenContainers.map((kind) => `a preloaded module holds a ${kind}: never writable`),
    ...(archive.heapBytes === heapBytes ? [] : [`XS gets ${archive.heapBytes} bytes of memory`]),
    ...needed
      .filter((module) => module !== mainModule && archive.modules.get(module) !== true)
      .map((module) => `${module} is not preloaded`),
    ...optionComplaints(readFileSync(join(app.projectFolder, "sdkconfig.mc"), "utf8")),
    ...partitionComplaints(
      readFileSync(join(app.projectFolder, "partitions.csv"), "utf8"),
      flashBytes,
    ),
  ];
  return { archive, complaints };
}

function row(cells: readonly (string | number)[]): string {
  const widths = [8, 8, 9, 6, 9, 6, 9, 9, 8, 8];
  const texts = cells.map((cell) => (typeof cell === "number" ? cell.toLocaleString("en") : cell));
  return texts
    .map((text, index) => text.padStart(widths[index] ?? 0))
    .join("  ")
    .trimEnd();
}

/** Links and judges every chip, printing a row for each. Returns all that is wrong. */
function check(sdk: SDK): string[] {
  const manifest = JSON.parse(readFileSync(join(projectRoot, "manifest.json"), "utf8")) as Manifest;
  const needed = reachableModules(join(projectRoot, "build"), mainModule);
  const unlisted = moduleComplaints(manifest, needed, mainModule);
  if (unlisted.length > 0) return unlisted.map((complaint) => `manifest.json: ${complaint}`);

  const baselineFolder = writeBaseline(manifest);
  print(
    row(["chip", "modules", "bytecode", "slots", "x16", "keys", "ROM", "SDK", "ours", "budget"]),
  );
  const chipsByComplaint = new Map<string, string[]>();
  for (const chip of chips) {
    const { archive, complaints } = checkChip(sdk, chip, needed);
    if (archive !== undefined) {
      const baseline = sdk.link(projectRoot, baselineFolder, chip, outFolder);
      if (!baseline.ok) throw new Error(baseline.output);
      const sdkBytes = readArchive(readFileSync(join(baseline.folder, "mc.xs.c"), "utf8")).romBytes;
      const { bytecodeBytes, slots, keys, romBytes } = archive;
      const ourBytes = romBytes - sdkBytes;
      const sizes = [bytecodeBytes, slots, slots * 16, keys, romBytes, sdkBytes, ourBytes];
      print(row([chip.name, needed.length, ...sizes, romBudgetBytes]));
      if (ourBytes > romBudgetBytes) complaints.push("the budget of ROM is exceeded");
    }
    for (const complaint of complaints) {
      chipsByComplaint.set(complaint, [...(chipsByComplaint.get(complaint) ?? []), chip.name]);
    }
  }
  return [...chipsByComplaint].map(([complaint, names]) => `${names.join(", ")}: ${complaint}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const sdk = SDK.find(process.env);
if (typeof sdk === "string") {
  print(`check:moddable skipped: ${sdk}`);
} else {
  const complaints = check(sdk);
  for (const complaint of complaints) print(complaint);
  print(complaints.length === 0 ? "check:moddable passed" : "check:moddable failed");
  if (complaints.length > 0) process.exitCode = 1;
}
