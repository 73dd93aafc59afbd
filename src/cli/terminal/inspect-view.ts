// An inspection as lines for people: a sentence on each part, and tables.

import type {
  AppFound,
  BootLoaderFound,
  FlashFound,
  Inspection,
  NvsFound,
  OtadataFound,
  TableFound,
} from "../../inspect/inspection.js";
import { recordWords } from "../../inspect/record-words.js";
import { formatTable } from "./output.js";

const usualTableOffset = 0x8000;

/** One line an item; tables are indented. */
export function formatInspection(
  file: string,
  found: Inspection,
  problems: readonly string[],
): string[] {
  const bytes = `${count(found.bytes)} bytes`;
  const lines = [`${file}: ${titles[found.kind]}, ${bytes}`, ...formatPart(found)];
  if (problems.length > 0) lines.push("", "problems:", ...problems.map((text) => `  ${text}`));
  return lines;
}

const titles: Readonly<Record<Inspection["kind"], string>> = {
  flash: "flash image",
  "partition-table": "partition table",
  otadata: "otadata",
  nvs: "NVS partition",
  app: "application image",
  "boot-loader": "boot loader",
  blank: "erased flash, nothing in it",
};

function formatPart(found: Inspection): string[] {
  switch (found.kind) {
    case "flash":
      return formatFlash(found.flash);
    case "partition-table":
      return ["", ...formatPartitions(found.table)];
    case "otadata":
      return ["", ...formatOtadata(found.otadata), "  (for two slots and no factory partition)"];
    case "nvs":
      return ["", ...formatNvs(found.nvs)];
    case "app":
      return ["", ...formatApp(found.app)];
    case "boot-loader":
      return ["", formatBootLoader(found.bootLoader)];
    case "blank":
      return [];
  }
}

function formatFlash({
  bootLoader,
  table,
  tableOffset,
  otadata,
  slots,
  starts,
  nvs,
}: FlashFound): string[] {
  const rows = slots.map(({ slot, offset, slotBytes, blank, verdict, ...app }) => [
    slot,
    hex(offset),
    hex(slotBytes),
    blank ? "blank" : verdict,
    app.chip ?? "",
    app.project ?? "",
    app.version ?? "",
    app.bytes === undefined ? "" : count(app.bytes),
  ]);
  const heading = ["slot", "offset", "size", "verdict", "chip", "project", "version", "bytes"];
  return [
    "",
    bootLoader === undefined
      ? "boot loader: none, so no board starts from this image"
      : formatBootLoader(bootLoader),
    "",
    ...formatPartitions(table, tableOffset),
    ...(otadata === undefined ? [] : ["", ...formatOtadata(otadata)]),
    ...(slots.length === 0 ? [] : ["", "slots", ...indented([heading, ...rows])]),
    "",
    starts === undefined ? "starts: nothing" : `starts: ${starts}`,
    ...nvs.flatMap((one) => ["", ...formatNvs(one, one.label)]),
  ];
}

function formatBootLoader({ verdict, chip, idfVersion, bytes }: BootLoaderFound): string {
  const facts = [
    verdict,
    chip,
    idfVersion,
    bytes === undefined ? undefined : `${count(bytes)} bytes`,
  ];
  return `boot loader: ${facts.filter((fact) => fact !== undefined).join(", ")}`;
}

function formatPartitions({ verdict, partitions }: TableFound, offset?: number): string[] {
  const rows = partitions.map(({ label, type, subtype, offset, bytes, flags = "" }) => {
    return [label, type, subtype, hex(offset), hex(bytes), flags];
  });
  const heading = ["label", "type", "subtype", "offset", "size", "flags"];
  const place = offset === undefined || offset === usualTableOffset ? "" : `, at ${hex(offset)}`;
  return [
    `partition table: ${verdict}${place}`,
    ...(rows.length > 0 ? indented([heading, ...rows]) : []),
  ];
}

function formatOtadata({ entries, selects, rewrites }: OtadataFound): string[] {
  const rows = entries.map(({ sector, sequence, state = "none", crc = "", slot = "", counts }) => {
    const number = sequence === undefined ? "" : String(sequence);
    return [String(sector), number, state, crc, slot, counts ? "yes" : "no"];
  });
  const heading = ["sector", "sequence", "state", "CRC", "slot", "counts"];
  const writes = rewrites.length === 0 ? "" : `, rewrites ${rewrites.join(" and ")}`;
  return [
    `otadata: the boot loader begins with ${selects}${writes}`,
    ...indented([heading, ...rows]),
  ];
}

function formatNvs(found: NvsFound, label = "NVS"): string[] {
  const { verdict, pages, usedEntries, freeEntries, keys } = found;
  const states = pages.map(({ state }) => state);
  const inWords = [...new Set(states)]
    .map((state) => `${states.filter((one) => one === state).length} ${state}`)
    .join(", ");
  const rows = keys.map(({ namespace, key, type, value = "", masked, bytes }) => {
    const words = recordWords(namespace, key, value) ?? String(value);
    return [namespace, key, type, masked ? `(masked, ${count(bytes ?? 0)} bytes)` : words];
  });
  const entries = `${usedEntries} of ${usedEntries + freeEntries} entries used`;
  return [
    `${label}: ${verdict}, ${entries}, pages: ${inWords}`,
    ...(rows.length > 0 ? indented([["namespace", "key", "type", "value"], ...rows]) : []),
  ];
}

function formatApp(app: AppFound): string[] {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["verdict", app.verdict],
    ["chip", app.simulated === true ? `${app.chip ?? ""}, simulated` : app.chip],
    ["project", app.project],
    ["version", app.version],
    ["IDF version", app.idfVersion],
    ["built", app.built],
    ["segments", app.segments?.toString()],
    ["bytes", app.bytes === undefined ? undefined : count(app.bytes)],
    ["carries a SHA-256", app.bytes === undefined ? undefined : yesNo(app.appendedSha256)],
    ["SHA-256", app.sha256],
  ];
  return indented(facts.flatMap(([name, fact]) => (fact === undefined ? [] : [[name, fact]])));
}

function indented(rows: readonly (readonly string[])[]): string[] {
  return formatTable(rows).map((line) => `  ${line}`);
}

function yesNo(value: string | undefined): string {
  return value === undefined ? "no" : "yes, and it is right";
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function count(value: number): string {
  return value.toLocaleString("en");
}
