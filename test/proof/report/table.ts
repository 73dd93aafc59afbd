// A report as tables for people.

import type { Verdict } from "../mutants/controls.js";
import type { WriteVerdict } from "../mutants/write-controls.js";
import { cutKinds, type CutKind } from "../cuts/cut.js";
import { invariants, type Invariant } from "../lives/invariants.js";
import { phases } from "../lives/phase.js";
import type { LifeKind, Report, Row } from "./report.js";
import { scenarios } from "../lives/scenario.js";

const planWords: Readonly<Record<string, string>> = {
  singles: "one cut",
  pairs: "two cuts",
  turns: "one cut between turns",
  sequences: "3 to 12 cuts, drawn",
  steadily: "one after every few KiB",
  activation: "a lie of the network, and one cut",
};

/** Points by life, by phase and by invariant. */
export function formatReport(report: Report): string {
  return [livesTable(report), phasesTable(report), invariantsTable(report)].join("\n\n");
}

/** The mutants, and what caught each. */
export function formatControls(verdicts: readonly Verdict[]): string {
  return align([
    ["control", "caught by"],
    ...verdicts.map(({ mutant, caughtBy }) => [mutant.name, shortened(caughtBy ?? "NOTHING")]),
  ]);
}

/** One line about a mutant of a write. */
export function formatWriteVerdict({ name, caughtBy, equivalence }: WriteVerdict): string {
  const what = [
    ...(caughtBy === undefined ? [] : [`caught: ${shortened(caughtBy)}`]),
    ...(equivalence === undefined ? [] : [`alike: ${equivalence}`]),
  ];
  return `${name}\n    ${what.join("; ") || "NOT CAUGHT"}`;
}

function shortened(text: string): string {
  return text.replace(/^Violation: /, "").slice(0, 80);
}

function livesTable({ rows }: Report): string {
  const lines = [["life", "cuts", "own store", "library's store"]];
  for (const { name } of scenarios) {
    for (const [plan, words] of Object.entries(planWords)) {
      const mine = rows.filter((row) => row.life === name && row.plan === plan);
      if (mine.length === 0) continue;
      const points = ["own", "library"].map((store) => sum(mine, (row) => row.store === store));
      lines.push([name, words, ...points.map(format)]);
    }
  }
  return align(lines);
}

/** Kinds of cut as columns; where the last cut fell, as rows. */
function phasesTable({ rows }: Report): string {
  const all: LifeKind[] = [...(Object.keys(cutKinds) as CutKind[]), "several", "network"];
  const kinds = all.filter((kind) => rows.some((row) => row.kind === kind));
  const lines = [["where the last cut fell", ...kinds, "all"]];
  for (const phase of phases) {
    const mine = rows.filter((row) => row.phase === phase);
    if (mine.length === 0) continue;
    const counts = kinds.map((kind) => sum(mine, (row) => row.kind === kind));
    lines.push([phase, ...[...counts, sum(mine, () => true)].map(format)]);
  }
  return align(lines);
}

function invariantsTable({ tally }: Report): string {
  const names = Object.keys(invariants) as Invariant[];
  return align([
    ["invariant", "looked at", "what it says"],
    ...names.map((name) => [name, format(tally[name]), invariants[name]]),
  ]);
}

function sum(rows: readonly Row[], isMine: (row: Row) => boolean): number {
  return rows.reduce((total, row) => (isMine(row) ? total + row.points : total), 0);
}

export function format(count: number): string {
  return count.toLocaleString("en");
}

/** Columns of one width: words to the left, numbers to the right. */
export function align(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? "").length)),
  );
  const isNumber = (text: string): boolean => /^[\d,.]+$/.test(text);
  return lines
    .map((line) =>
      line
        .map((text, column) => {
          const width = widths[column] ?? 0;
          return isNumber(text) ? text.padStart(width) : text.padEnd(width);
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
