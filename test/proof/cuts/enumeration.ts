// Lives through cuts: all single ones, pairs of them, those between two turns, and long sequences
// from a seed. Each life is one point, counted when it has come to its end.

import { seededRandom } from "../../../src/simulator/chip/seeded.js";
import { NorFlash } from "../../support/nor-flash.js";
import {
  formatCut,
  planCuts,
  type CutKind,
  type Grain,
  type PlannedCut,
  type ScriptCut,
} from "./cut.js";
import { checkEnd } from "../lives/end-check.js";
import { blankTally, Watch } from "../lives/invariants.js";
import { keepJournal, meetsNext, perform, performCut, type JournalEntry } from "./journal.js";
import { afterCut, type Ledger } from "../lives/ledger.js";
import { Life } from "../lives/life.js";
import { phaseOf, type Phase } from "../lives/phase.js";
import { countPoint, type LifeKind, type Report } from "../report/report.js";
import type { Rig } from "../lives/rig.js";
import { factoryMoment, type Moment } from "../lives/start.js";

/** A share of the work: every `of`th piece, from the `index`th on. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

/** A place in a life where power is about to fail. */
interface Place {
  readonly entry: JournalEntry;
  readonly index: number;
  readonly planned: PlannedCut;
}

export interface Rehearsal {
  readonly places: readonly { readonly cut: ScriptCut; readonly kind: CutKind }[];
  readonly turns: readonly number[];
}

export interface FollowOptions {
  readonly trace?: ((line: string) => void) | undefined;
  /** Bends the life before it begins; returns what a replay needs beside the cuts. */
  readonly prepare?: ((life: Life) => string) | undefined;
  /** Where the point counts. */
  readonly phase?: Phase;
}

export class Enumeration {
  /** One failure is enough. */
  stopsAtFailure = false;
  readonly rig: Rig;
  readonly plan: string;
  readonly report: Report;
  readonly start: Moment;
  /** What the life does when no power fails. */
  readonly clean: readonly JournalEntry[];
  /** Turns of the life without a cut. */
  readonly cleanTurns: number;
  /** Flash as it is before the operation at hand; of the first cut, and of the second. */
  readonly #before: readonly [NorFlash, NorFlash];

  /** Throws if the life does not come to its end even without a cut. */
  constructor(rig: Rig, plan: string, report: Report) {
    this.rig = rig;
    this.plan = plan;
    this.report = report;
    const size = rig.layout.flashBytes;
    this.#before = [new NorFlash({ size }), new NorFlash({ size })];
    this.start = startOf(rig);
    rig.flash.restore(this.start.flash);
    const life = this.#life(this.start);
    this.clean = keepJournal(life);
    let turns = 0;
    life.failsNow = () => {
      turns += 1;
      return false;
    };
    finish(life);
    this.cleanTurns = turns;
    if (life.watch.violation !== undefined) throw life.watch.violation;
    const { boots, requests, fetchedBytes } = life.ledger;
    rig.cost = { boots, requests, fetchedBytes };
  }

  /** Each cut of the life without a cut. */
  singles(grain: Grain, { index, of }: Share): void {
    const isMine = (at: number): boolean => at % of === index;
    for (const place of this.#places(this.start, this.clean, grain, 0, isMine)) {
      if (this.stopsAtFailure && this.report.failures.length > 0) return;
      this.#livePoint(place, []);
    }
  }

  /** For each cut, all cuts of the life that follows it. */
  pairs(first: Grain, second: Grain, { index, of }: Share): void {
    let number = -1;
    for (const place of this.#places(this.start, this.clean, first, 0)) {
      number += 1;
      if (number % of !== index) continue;
      const moment = { ...this.#momentAfter(place), flash: this.rig.flash.snapshot() };
      const life = this.#life(moment);
      const entries = keepJournal(life);
      finish(life);
      this.report.journals += 1;
      const cuts = [scriptOf(place)];
      if (!this.#isFine(life, cuts)) continue;
      for (const next of this.#places(moment, entries, second, 1)) {
        this.#livePoint(next, cuts);
      }
    }
  }

  /** Power fails after each turn of the program. */
  turns({ index, of }: Share): void {
    for (let turn = index; turn < this.cleanTurns; turn += of) {
      this.follow([{ turn }], "turn");
    }
  }

  /** Power fails again and again, each time after so many bytes of the release have come. */
  steadily(stepBytes: number): void {
    this.follow([], "several", { prepare: cutEvery(stepBytes) });
  }

  /** Lives with three to `cutsMax` cuts; `lives` of them. */
  sequences(seed: number, lives: number, cutsMax: number, { index, of }: Share): void {
    for (let number = index; number < lives; number += of) {
      const random = seededRandom(seed * 1_000_003 + number);
      const count = 3 + Math.floor(random() * (cutsMax - 2));
      const script = Array.from({ length: count }, (_, at) =>
        // The first anywhere; then close together, where what was cut is done again.
        drawCut(random, at === 0 ? this.clean.length : 16),
      );
      this.follow(script, "several");
    }
  }

  /** All cuts in one phase of the life without a cut, bent by `prepare`, and its turns. */
  rehearse(prepare: (life: Life) => string, grain: Grain, phase: Phase): Rehearsal {
    this.rig.flash.restore(this.start.flash);
    const life = this.#life(this.start);
    const entries = keepJournal(life);
    const note = prepare(life);
    const turns: number[] = [];
    let turn = 0;
    life.failsNow = ({ status, ledger }) => {
      if (status?.state === "activating" && ledger.cuts === 0) turns.push(turn);
      turn += 1;
      return false;
    };
    finish(life);
    this.#isFine(life, [], note);
    const uncut = entries.filter(({ ledger }) => ledger.cuts === 0);
    const isMine = (index: number): boolean => uncut[index]?.phase === phase;
    const places = Array.from(this.#places(this.start, uncut, grain, 0, isMine), (place) => {
      return { cut: scriptOf(place), kind: place.planned.kind };
    });
    return { places, turns };
  }

  /** Lives one life through a script of cuts. */
  follow(
    script: readonly ScriptCut[],
    kind: LifeKind,
    { trace, prepare, phase = "between operations" }: FollowOptions = {},
  ): Life {
    this.rig.flash.restore(this.start.flash);
    const life = this.#life(this.start);
    life.trace = trace;
    const note = prepare?.(life);
    const fallen = followScript(life, script);
    finish(life);
    if (this.#isFine(life, script, note)) this.#count(life, phase, kind);
    if (script.length === 1 && fallen() === 0 && life.watch.violation === undefined) {
      throw new Error(`the cut ${script.map(formatCut).join()} did not fall`);
    }
    return life;
  }

  *#places(
    start: Moment,
    entries: readonly JournalEntry[],
    grain: Grain,
    depth: 0 | 1,
    isMine: (index: number) => boolean = () => true,
  ): Generator<Place> {
    const before = this.#before[depth];
    before.restore(start.flash);
    for (const [index, entry] of entries.entries()) {
      const { operation, isRecord, noise } = entry;
      if (isMine(index)) {
        const flash = { ...before.snapshot(), noise };
        const { byteOffset, byteLength } = operation;
        const old = flash.content.subarray(byteOffset, byteOffset + byteLength);
        const withAfter = !meetsNext(entry, entries[index + 1]);
        for (const planned of planCuts(operation, old, grain, isRecord, withAfter)) {
          this.rig.flash.restore(flash);
          performCut(this.rig.flash, operation, planned.cut);
          yield { entry, index, planned };
        }
      }
      before.powerOn();
      perform(before, operation);
    }
  }

  #livePoint(place: Place, earlier: readonly ScriptCut[]): void {
    const life = this.#life(this.#momentAfter(place));
    finish(life);
    if (this.#isFine(life, [...earlier, scriptOf(place)])) {
      this.#count(life, place.entry.phase, place.planned.kind);
    }
  }

  #momentAfter({ entry: { ledger, service } }: Place): {
    ledger: Ledger;
    service: Moment["service"];
  } {
    return { service, ledger: afterCut(ledger) };
  }

  #life(moment: Omit<Moment, "flash">): Life {
    this.rig.flash.onOperation = undefined;
    this.rig.flash.powerOn();
    return new Life(this.rig, new Watch(this.report.tally), moment);
  }

  #isFine(life: Life, script: readonly ScriptCut[], note = ""): boolean {
    const { violation } = life.watch;
    if (violation === undefined) return true;
    const { scenario, store } = this.rig;
    const cuts = script.map(formatCut).join(",");
    const replay = `--replay ${scenario.name}/${store.name}/${cuts}${note}`;
    this.report.failures.push({ replay, message: violation.message });
    return false;
  }

  #count(life: Life, phase: Phase, kind: LifeKind): void {
    const { scenario, store } = this.rig;
    this.report.cuts += life.ledger.cuts;
    if (life.ledger.losses > 0) this.report.storeLosses += 1;
    if (life.isStranded) this.report.stranded += 1;
    countPoint(this.report, {
      plan: this.plan,
      life: scenario.name,
      store: store.name,
      phase,
      kind,
    });
  }
}

/** Cuts a life each time when `stepBytes` of the release have come. */
export function cutEvery(stepBytes: number): (life: Life) => string {
  return (life) => {
    let lastBytes = 0;
    life.failsNow = ({ ledger: { fetchedBytes } }) => {
      if (fetchedBytes - lastBytes < stepBytes) return false;
      lastBytes = fetchedBytes;
      return true;
    };
    return `/every-${stepBytes}`;
  };
}

function finish(life: Life): void {
  life.run();
  life.flash.onOperation = undefined;
  checkEnd(life);
}

function scriptOf({ index, planned }: Place): ScriptCut {
  return { operation: index, cut: planned.cut };
}

/** Cuts `life` where the script says. Returns what tells how many cuts have fallen. */
function followScript(life: Life, script: readonly ScriptCut[]): () => number {
  const { failsNow } = life;
  let next = 0;
  let operations = 0;
  let turns = 0;
  life.flash.onOperation = (operation) => {
    const due = script[next];
    const { kind, byteOffset, byteLength } = operation;
    life.trace?.(
      `${operations} ${phaseOf(life, operation)}: ${kind} ${byteLength} at ${byteOffset}`,
    );
    if (due !== undefined && "cut" in due && due.operation === operations) {
      life.flash.cutAt({ ...due.cut, operation: 0, bytes: due.cut.bytes % (byteLength + 1) });
    }
    operations += 1;
  };
  life.failsNow = () => {
    const due = script[next];
    const fails = due !== undefined && "turn" in due && due.turn === turns;
    turns += 1;
    return failsNow(life) || fails;
  };
  life.onPowerOn = () => {
    life.trace?.("the power failed, and is back");
    next += 1;
    operations = 0;
    turns = 0;
  };
  return () => next;
}

/** Any cut of one of the next operations. */
function drawCut(random: () => number, operations: number): ScriptCut {
  const share = random();
  const cut = {
    bytes: share < 0.2 ? 0 : Math.floor(random() * 4097),
    border: Math.floor(random() * 256),
    fromEnd: random() < 0.5,
    ...(random() < 0.5 && { unstableSeed: 1 + Math.floor(random() * 1e6) }),
  };
  return { operation: Math.floor(random() * operations), cut };
}

/** The device of a scenario, taken through the update before if there is one. */
function startOf(rig: Rig): Moment {
  const { scenario } = rig;
  const factory = factoryMoment(scenario);
  if (scenario.before === undefined) return factory;
  rig.flash.restore(factory.flash);
  rig.flash.powerOn();
  const life = new Life(rig.earlier(), new Watch(blankTally()), factory);
  life.run();
  if (life.watch.violation !== undefined) throw life.watch.violation;
  const { promised } = life.ledger;
  return {
    flash: rig.flash.snapshot(),
    service:
      scenario.rekeyed === true ? { ...factory.service, activations: 1 } : life.service.memory,
    ledger: { ...factory.ledger, promised },
  };
}
