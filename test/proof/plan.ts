// What is lived in a run: which lives, over which store, cut how. A plan is cut into shares that
// processes take one after the other.

import { runMatrix } from "./cuts/activation.js";
import { coarseGrain, fineGrain, type Grain } from "./cuts/cut.js";
import { Enumeration, type Share } from "./cuts/enumeration.js";
import type { Report } from "./report/report.js";
import { Rig } from "./lives/rig.js";
import { scenarioOf, scenarios } from "./lives/scenario.js";
import { storeOf } from "./lives/store-model.js";

export type Plan = {
  readonly life: string;
  readonly store: string;
  /** Shares it is cut into. */
  readonly shares: number;
} & (
  | { readonly kind: "singles"; readonly grain: Grain }
  | { readonly kind: "pairs"; readonly first: Grain; readonly second: Grain }
  | { readonly kind: "turns" }
  /** Each time when so many bytes of the release have come. */
  | { readonly kind: "steadily"; readonly stepBytes: number }
  /** What the network does to an activation, and a cut meanwhile. */
  | { readonly kind: "activation" }
  | {
      readonly kind: "sequences";
      readonly seed: number;
      readonly lives: number;
      readonly cutsMax: number;
    }
);

export function runShare(plan: Plan, share: Share, report: Report, stopsAtFailure: boolean): void {
  const rig = new Rig(scenarioOf(plan.life), storeOf(plan.store));
  const enumeration = new Enumeration(rig, plan.kind, report);
  enumeration.stopsAtFailure = stopsAtFailure;
  switch (plan.kind) {
    case "singles":
      return enumeration.singles(plan.grain, share);
    case "pairs":
      return enumeration.pairs(plan.first, plan.second, share);
    case "turns":
      return enumeration.turns(share);
    case "steadily":
      return enumeration.steadily(plan.stepBytes);
    case "activation":
      return runMatrix(enumeration, share);
    case "sequences":
      return enumeration.sequences(plan.seed, plan.lives, plan.cutsMax, share);
    default:
      return plan satisfies never;
  }
}

/** Three ways to leave a byte half-written. */
const finestGrain: Grain = { borders: [0x55, 0x0f, 0xf0], fineBytesMax: 300, eraseStep: 512 };
/** Before every operation, and half-way through it. */
const operationGrain: Grain = { borders: [], fineBytesMax: -1, eraseStep: 4096 };

const smallLives = scenarios
  .map(({ name }) => name)
  .filter((name) => !isLarge(name) && !isWeek(name));
const weeks = scenarios.map(({ name }) => name).filter(isWeek);
const stores = ["own", "library"];

function isLarge(name: string): boolean {
  return name === "full" || name === "large";
}

/** Another life with one thing added: cut only before every operation and within it, in short. */
function isVariant(name: string): boolean {
  return /-(left|from-old|to-old)$/.test(name);
}

/** A life of which time is most: 300,000 turns. */
function isWeek(name: string): boolean {
  return name.endsWith("-week");
}

/** What `npm test` lives: every single cut of every life, all pairs of the reduced one. */
export function shortPlans(seed: number): Plan[] {
  const own = { store: "own" } as const;
  return [
    pairsOf("reduced", "own"),
    ...stores.map((store): Plan => ({
      life: "full",
      store,
      kind: "singles",
      grain: fineGrain,
      shares: 8,
    })),
    ...smallLives.map((life): Plan => {
      const grain = isVariant(life) ? operationGrain : fineGrain;
      return { life, ...own, kind: "singles", grain, shares: 2 };
    }),
    { life: "worn", store: "library", kind: "singles", grain: fineGrain, shares: 2 },
    { life: "large", ...own, kind: "steadily", stepBytes: 8192, shares: 1 },
    { life: "reduced", ...own, kind: "activation", shares: 4 },
    { life: "rekeyed", ...own, kind: "activation", shares: 4 },
    { life: "full", ...own, kind: "turns", shares: 1 },
    { life: "reduced", ...own, kind: "turns", shares: 1 },
    { life: "full", ...own, kind: "sequences", seed, lives: 400, cutsMax: 10, shares: 4 },
    { life: "worn", ...own, kind: "sequences", seed, lives: 400, cutsMax: 10, shares: 2 },
  ];
}

/** What `npm run proof` lives: a million points and more. */
export function longPlans(seed: number): Plan[] {
  return [
    { ...pairsOf("reduced", "own"), first: fineGrain, shares: 240 },
    pairsOf("reduced", "library"),
    pairsOf("crash", "own"),
    ...stores.flatMap((store): Plan[] => [
      { life: "full", store, kind: "singles", grain: finestGrain, shares: 24 },
      ...smallLives.map((life): Plan => ({
        life,
        store,
        kind: "singles",
        grain: finestGrain,
        shares: 6,
      })),
      { life: "full", store, kind: "turns", shares: 1 },
      ...smallLives.map((life): Plan => ({ life, store, kind: "turns", shares: 1 })),
      ...[4200, 8192, 20_000, 100_000].map((stepBytes): Plan => ({
        life: "large",
        store,
        kind: "steadily",
        stepBytes,
        shares: 1,
      })),
      { life: "reduced", store, kind: "activation", shares: 6 },
      { life: "rekeyed", store, kind: "activation", shares: 6 },
      { life: "full", store, kind: "sequences", seed, lives: 4000, cutsMax: 12, shares: 16 },
      ...smallLives.map((life): Plan => ({
        life,
        store,
        kind: "sequences",
        seed,
        lives: life === "worn" ? 6000 : 2000,
        cutsMax: 12,
        shares: 8,
      })),
    ]),
    { life: "large", store: "own", kind: "singles", grain: operationGrain, shares: 48 },
    ...weeks.map((life): Plan => ({
      ...{ life, store: "own", kind: "singles", grain: coarseGrain, shares: 24 },
    })),
  ];
}

function pairsOf(life: string, store: string): Plan & { readonly kind: "pairs" } {
  return { life, store, kind: "pairs", first: coarseGrain, second: coarseGrain, shares: 24 };
}
