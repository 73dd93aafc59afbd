// npm run check:moddable: links the product for the chips with a real Moddable SDK and checks what
// only the SDK's own tools can tell. Needs no ESP-IDF and no board. Exit code 1 on any violation.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readArchive, slotRomBytes, type Archive } from "./archive.js";
import {
  checkChip,
  chipsOf,
  settingComplaints,
  writeBaseline,
  writeVariant,
  type Manifest,
  type Project,
} from "./chips.js";
import { romBytesMax } from "./budget.js";
import { SDK } from "./sdk.js";
import { productMain, productModules, writeProduct } from "./template.js";
import { checkSimulator } from "./simulation.js";

const root = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");
const project: Project = { root, outFolder: join(root, "build/moddable") };
const main = "hosts/main";
/** What the app links of ours, beside its main module. */
const needed = ["provision-agent/device"];

const flashBytes = 4 << 20;
/** Tables for larger flashes, by the manifest that brings them. */
const largerFlashes = [
  { manifest: "hosts/esp32/flash-8mb/manifest.json", flashBytes: 8 << 20 },
  { manifest: "hosts/esp32/flash-16mb/manifest.json", flashBytes: 16 << 20 },
];
/** The memory of slots, chunks and stack that the agent is proved to live in. */
const heapBytes = 94_208;
/** What TLS adds to the product: its memory, and modules that must be preloaded. */
const secureManifest = "hosts/esp32/tls/manifest.json";
const secureHeapBytes = 131_072;
/** What the SDK's own TLS modules have that ours may not. */
const secureSDK = { sdkWarnings: ["cacheManager: not frozen"], sdkContainers: 2 };
const secureModules = ["ssl/cert"];
/** What a release has beside the product. */
const releaseManifest = "hosts/esp32/release/manifest.json";
const variants = [
  { form: "debug", manifests: [] },
  { form: "release", manifests: [releaseManifest] },
] as const;

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

/** Links and judges every chip in each form, printing a row for each. */
function checkChips(sdk: SDK, manifest: Manifest, complaints: Complaints): void {
  const baselineSource = writeBaseline(project, manifest);
  print(row(["chip", "form", "bytecode", "slots", "x16", "keys", "ROM", "SDK", "ours", "budget"]));
  const shares = new Set<string>();
  for (const chip of chipsOf(project)) {
    const baseline = sdk.build(baselineSource, chip);
    if (!baseline.ok) throw new Error(baseline.output);
    const sdkArchive = readArchive(readFileSync(join(baseline.folder, "mc.xs.c"), "utf8"));
    for (const { form, manifests } of variants) {
      const where = `${chip.subclass}, ${form} form`;
      const source = writeVariant(project, form, { manifests });
      const expected = { needed, main, heapBytes, flashBytes };
      const { archive, complaints: found } = checkChip(sdk, source, chip, expected);
      complaints.add(where, found);
      if (archive === undefined) continue;
      const { bytecodeBytes, slots, keys, romBytes } = archive;
      const ourBytes = romBytes - sdkArchive.romBytes;
      const sizes = [bytecodeBytes, slots, slots * slotRomBytes, keys, romBytes];
      print(row([chip.subclass, form, ...sizes, sdkArchive.romBytes, ourBytes, romBytesMax(form)]));
      shares.add(`${form}: ${shareOf(archive, sdkArchive)}`);
      if (ourBytes > romBytesMax(form))
        complaints.add(where, ["the budget of ROM is exceeded: see budget.ts"]);
    }
  }
  for (const share of shares) print(share);
}

/** What of the ROM is ours, by what it is. */
function shareOf(archive: Archive, sdkArchive: Archive): string {
  const bytecodeBytes = archive.bytecodeBytes - sdkArchive.bytecodeBytes;
  const slotBytes = (archive.slots - sdkArchive.slots) * slotRomBytes;
  const restBytes = archive.romBytes - sdkArchive.romBytes - bytecodeBytes - slotBytes;
  const parts = [`bytecode ${number(bytecodeBytes)}`, `preloaded slots ${number(slotBytes)}`];
  return `of it ours: ${parts.join(", ")}, keys and strings ${number(restBytes)}`;
}

/** Links the product with TLS for one chip, and tells what that takes. */
function checkSecure(sdk: SDK, complaints: Complaints): void {
  const chip = chipsOf(project).find(({ subclass }) => subclass === "esp32c3");
  if (chip === undefined) throw new Error("no chip");
  const expected = {
    ...{ needed: [...needed, ...secureModules], main },
    ...{ heapBytes: secureHeapBytes, flashBytes, ...secureSDK },
  };
  const source = writeVariant(project, "secure", { manifests: [secureManifest] });
  const { archive, complaints: found } = checkChip(sdk, source, chip, expected);
  complaints.add("esp32c3 with TLS", found);
  if (archive === undefined) return;
  const sizes = `ROM ${number(archive.romBytes)} bytes, the SDK's TLS included`;
  print(`esp32c3 with TLS: ${sizes}; memory ${number(secureHeapBytes)} bytes`);
}

function number(value: number): string {
  return value.toLocaleString("en");
}

/** Links a fresh product for every chip, and for one of them as it would be released. */
function checkProduct(sdk: SDK, complaints: Complaints): void {
  const { debug, release } = writeProduct(project);
  const expected = { needed: productModules, main: productMain, heapBytes, flashBytes };
  for (const chip of chipsOf(project)) {
    const { complaints: found } = checkChip(sdk, debug, chip, expected);
    complaints.add(`a new product for ${chip.subclass}`, found);
    if (chip.subclass !== "esp32c3") continue;
    const secured = { ...expected, heapBytes: secureHeapBytes, ...secureSDK };
    const released = checkChip(sdk, release, chip, secured);
    complaints.add(`a new product's release for ${chip.subclass}`, released.complaints);
  }
  print(`a product of provision new linked for ${chipsOf(project).length} chips, and with TLS`);
}

/** Merges the settings for larger flashes and judges them. */
function checkFlashes(sdk: SDK, complaints: Complaints): void {
  const [chip] = chipsOf(project);
  if (chip === undefined) throw new Error("no chip");
  for (const { manifest, flashBytes: bytes } of largerFlashes) {
    const name = `flash-${bytes >> 20}mb`;
    const { ok, output, projectFolder } = sdk.configure(
      writeVariant(project, name, { manifests: [manifest] }),
      chip,
    );
    complaints.add(name, ok ? settingComplaints(projectFolder, bytes) : [output.trim()]);
  }
  const sizes = largerFlashes.map(({ flashBytes: bytes }) => `${bytes >> 20} MB`);
  print(`settings merged for flashes of 4 MB, ${sizes.join(", ")}`);
}

async function check(sdk: SDK): Promise<string[]> {
  const complaints = new Complaints();
  const manifest = JSON.parse(readFileSync(join(root, "manifest.json"), "utf8")) as Manifest;
  checkChips(sdk, manifest, complaints);
  checkSecure(sdk, complaints);
  checkProduct(sdk, complaints);
  checkFlashes(sdk, complaints);
  complaints.add("lin", await checkSimulator(sdk, project, print));
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
