// What a run of the proof came to: points by life, store, phase and kind of cut, what was looked
// at how often, and what did not hold, each with the line that lives it again.

import type { CutKind } from "../cuts/cut.js";
import { addTally, blankTally, type Tally } from "../lives/invariants.js";
import type { Phase } from "../lives/phase.js";

/** What cut a life: one kind of cut, several, or only the network. */
export type LifeKind = CutKind | "several" | "network";

/** Lives that ran to their end after their cuts, all told and of one sort. */
export interface Row {
  readonly plan: string;
  readonly life: string;
  readonly store: string;
  readonly phase: Phase;
  readonly kind: LifeKind;
  points: number;
}

export interface Failure {
  /** Arguments of `npm run proof --` that live the life again. */
  readonly replay: string;
  readonly message: string;
}

export interface Report {
  readonly rows: Row[];
  readonly tally: Tally;
  readonly failures: Failure[];
  /** Lives without a point: those that were written down to be cut. */
  journals: number;
  /** Power cuts that fell in all the lives. */
  cuts: number;
  /** Points at which the store itself lost records that were whole in flash. */
  storeLosses: number;
  /** Of these, the ones that cost the identity: the device says so, and waits for the factory. */
  stranded: number;
  /** Of all processes together. */
  processorMs: number;
}

export function blankReport(): Report {
  return {
    rows: [],
    tally: blankTally(),
    failures: [],
    journals: 0,
    cuts: 0,
    storeLosses: 0,
    stranded: 0,
    processorMs: 0,
  };
}

export function countPoint(report: Report, sort: Omit<Row, "points">): void {
  const row = report.rows.find(
    (one) =>
      one.kind === sort.kind &&
      one.phase === sort.phase &&
      one.life === sort.life &&
      one.store === sort.store &&
      one.plan === sort.plan,
  );
  if (row === undefined) report.rows.push({ ...sort, points: 1 });
  else row.points += 1;
}

export function addReport(sum: Report, more: Report): void {
  for (const row of more.rows) {
    const { points, ...sort } = row;
    countPoint(sum, sort);
    const found = sum.rows.find((one) => isOfSort(one, sort));
    if (found !== undefined) found.points += points - 1;
  }
  addTally(sum.tally, more.tally);
  sum.failures.push(...more.failures);
  sum.journals += more.journals;
  sum.cuts += more.cuts;
  sum.storeLosses += more.storeLosses;
  sum.stranded += more.stranded;
  sum.processorMs += more.processorMs;
}

function isOfSort(row: Row, sort: Omit<Row, "points">): boolean {
  const keys = ["plan", "life", "store", "phase", "kind"] as const;
  return keys.every((key) => row[key] === sort[key]);
}

export function totalPoints({ rows }: Report): number {
  return rows.reduce((sum, { points }) => sum + points, 0);
}
