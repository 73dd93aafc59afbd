// What a boot decides, as the table of rules in src/agent/DESIGN.md, held to trial.ts for every
// combination of facts there is.

import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import {
  decideAtBoot,
  type BootDecision,
  type BootFacts,
  type EntryState,
} from "../../../src/agent/slots/trial.js";
import type { ResetReason } from "../../../src/ports/boot.js";
import { silentTrialsMax, trialsMax } from "../../../src/agent/limits.js";
import { assertBlock, markdownTable } from "../../support/generated-block.js";

/** One rule. The first that fits decides. */
interface Rule {
  readonly confirmed: Place | "any";
  readonly armed: Place | "any";
  /** States of the idle slot's entry; absent: whatever it is. */
  readonly idleEntry?: readonly EntryState[];
  readonly when?: readonly [words: string, fits: (facts: BootFacts) => boolean];
  readonly decision: BootDecision;
}

/** Which slot a record names; `none`: there is no record. */
type Place = "none" | "running" | "idle";

const entryStates: readonly EntryState[] = [
  "none",
  "new",
  "pending-verify",
  "valid",
  "invalid",
  "aborted",
  "undefined",
];
const resetReasons: readonly ResetReason[] = [
  "power-on",
  "brown-out",
  "software",
  "panic",
  "watchdog",
  "unknown",
];

const reject = (reason: Extract<BootDecision, { kind: "reject" }>["reason"]): BootDecision => ({
  kind: "reject",
  reason,
});

const armedIdle = { confirmed: "none", armed: "idle" } as const;
const aborted = { ...armedIdle, idleEntry: ["aborted"] } as const;
/** As the boot loader ends a trial, and as the image itself does. */
const ended = { ...armedIdle, idleEntry: ["aborted", "invalid"] } as const;
const startable = { ...armedIdle, idleEntry: ["none", "new", "aborted"] } as const;

const isSpent = ({ armed }: BootFacts): boolean => (armed?.trials ?? 0) >= trialsMax;
const isSilent = ({ armed }: BootFacts): boolean => armed?.endedSilent === true;
const isSilentForGood = (facts: BootFacts): boolean =>
  isSilent(facts) && (facts.armed?.silentTrials ?? 0) >= silentTrialsMax;
const spentWords = `${trialsMax} trials begun`;

const rules: readonly Rule[] = [
  { confirmed: "running", armed: "any", decision: { kind: "finish-confirmation" } },
  {
    confirmed: "idle",
    armed: "any",
    idleEntry: ["valid"],
    decision: reject("refused-by-boot-loader"),
  },
  { confirmed: "idle", armed: "any", decision: { kind: "heal" } },
  { confirmed: "none", armed: "running", decision: { kind: "trial" } },
  {
    ...armedIdle,
    when: ["rejected already", ({ armedRejected }) => armedRejected],
    decision: { kind: "finish-rejection" },
  },
  {
    ...ended,
    when: [`ended silent, ${silentTrialsMax} such trials`, isSilentForGood],
    decision: reject("never-reached-service"),
  },
  {
    ...ended,
    when: [`ended silent, ${spentWords}`, (facts) => isSilent(facts) && isSpent(facts)],
    decision: reject("trials-exhausted"),
  },
  { ...ended, when: ["ended silent", isSilent], decision: { kind: "rearm" } },
  { ...armedIdle, idleEntry: ["invalid"], decision: reject("rolled-back") },
  {
    ...armedIdle,
    idleEntry: ["pending-verify", "valid", "undefined"],
    decision: reject("refused-by-boot-loader"),
  },
  {
    ...aborted,
    when: ["reset by the watchdog", ({ resetReason }) => resetReason === "watchdog"],
    decision: reject("hung"),
  },
  {
    ...aborted,
    when: [
      "reset by a panic, or unknown why",
      ({ resetReason }) => resetReason === "panic" || resetReason === "unknown",
    ],
    decision: reject("crashed"),
  },
  {
    ...aborted,
    when: [
      "software reset that was not asked for",
      ({ resetReason, restartAsked }) => resetReason === "software" && !restartAsked,
    ],
    decision: reject("crashed"),
  },
  { ...startable, when: [spentWords, isSpent], decision: reject("trials-exhausted") },
  { ...startable, decision: { kind: "rearm" } },
  {
    confirmed: "none",
    armed: "none",
    when: [
      "the running slot's entry is pending-verify or new",
      ({ runningEntry }) => runningEntry === "pending-verify" || runningEntry === "new",
    ],
    decision: { kind: "trial" },
  },
  { confirmed: "none", armed: "none", decision: { kind: "ordinary" } },
];

const runningSlot = 0;

function placeOf(slot: number | undefined): Place {
  if (slot === undefined) return "none";
  return slot === runningSlot ? "running" : "idle";
}

function fits(rule: Rule, facts: BootFacts): boolean {
  const { confirmed, armed, idleEntry, when } = rule;
  if (confirmed !== "any" && confirmed !== placeOf(facts.confirmedSlot)) return false;
  if (armed !== "any" && armed !== placeOf(facts.armed?.slot)) return false;
  if (idleEntry?.includes(facts.idleEntry) === false) return false;
  return when === undefined || when[1](facts);
}

/** Every combination of facts that can make a difference. */
function* allFacts(): Generator<BootFacts> {
  const slots = [undefined, runningSlot, 1 - runningSlot];
  for (const confirmedSlot of slots) {
    for (const armed of allArmed(slots)) {
      for (const runningEntry of entryStates) {
        for (const idleEntry of entryStates) {
          for (const resetReason of resetReasons) {
            for (const [restartAsked, armedRejected] of [
              [false, false],
              [true, false],
              [false, true],
              [true, true],
            ] as const) {
              const reset = { resetReason, restartAsked };
              const facts = { armed, armedRejected, confirmedSlot, idleEntry, ...reset };
              yield { ...facts, slot: runningSlot, runningEntry };
            }
          }
        }
      }
    }
  }
}

function* allArmed(slots: readonly (number | undefined)[]): Generator<BootFacts["armed"]> {
  for (const slot of slots) {
    if (slot === undefined) {
      yield undefined;
      continue;
    }
    for (const trials of [0, trialsMax - 1, trialsMax]) {
      for (const silentTrials of [silentTrialsMax - 1, silentTrialsMax]) {
        for (const endedSilent of [false, true]) {
          yield { slot, trials, silentTrials, endedSilent };
        }
      }
    }
  }
}

function rowOf({ confirmed, armed, idleEntry, when, decision }: Rule): string[] {
  const place = (cell: Place | "any"): string => (cell === "any" ? "" : cell);
  const reason = decision.kind === "reject" ? `: ${decision.reason}` : "";
  return [
    place(confirmed),
    place(armed),
    idleEntry?.join(", ") ?? "",
    when?.[0] ?? "",
    `\`${decision.kind}\`${reason}`,
  ];
}

describe("the table of boot decisions", () => {
  it("is what trial.ts decides, whatever the facts", () => {
    const used = new Set<Rule>();
    for (const facts of allFacts()) {
      const decision = decideAtBoot(facts, trialsMax, silentTrialsMax);
      const rule = rules.find((candidate) => fits(candidate, facts));
      if (rule === undefined || !isDeepStrictEqual(decision, rule.decision)) {
        assert.deepEqual(decision, rule?.decision, JSON.stringify(facts));
        continue;
      }
      used.add(rule);
    }
    assert.equal(used.size, rules.length, "a rule that never decides");
  });

  it("is the one in the document", () => {
    const heads = ["Confirmed", "Armed", "Entry of the idle slot", "And", "Decision"];
    const table = markdownTable(heads, rules.map(rowOf));
    assertBlock("src/agent/DESIGN.md", "test/agent/slots/trial-table.test.ts", table);
  });
});
