// The matrix of activation: what the network does to the answer, times where the power fails from
// the question to the stored key. Each life ends with a key that is good; if it has to wait for the
// vendor meanwhile, it says why, also after a loss of power, and goes on by itself once he has
// helped.

import { fineGrain, type ScriptCut } from "./cut.js";
import { cutEvery, type Enumeration, type Share } from "./enumeration.js";
import type { Life } from "../lives/life.js";
import {
  allFaults,
  bendActivation,
  cutFaults,
  faultOf,
  type NetworkFault,
} from "../lives/network-fault.js";
import type { LifeKind } from "../report/report.js";

/** More than any answer to an activation has on the wire. */
const answerBytesMax = 160;

export function runMatrix(enumeration: Enumeration, { index, of }: Share): void {
  let number = 0;
  const isMine = (): boolean => number++ % of === index;
  const live = (fault: NetworkFault, script: readonly ScriptCut[], kind: LifeKind): void => {
    enumeration.follow(script, kind, { phase: "activation", prepare: preparation(fault) });
  };
  for (const fault of allFaults(answerBytesMax)) if (isMine()) live(fault, [], "network");
  for (const fault of cutFaults()) {
    for (const { script, kind } of cutsOf(enumeration, fault)) {
      if (isMine()) live(fault, script, kind);
    }
  }
}

/** Every cut from the first question to the stored key: of operations, and between turns. */
function cutsOf(
  enumeration: Enumeration,
  fault: NetworkFault,
): { script: readonly ScriptCut[]; kind: LifeKind }[] {
  const { places, turns } = enumeration.rehearse(preparation(fault), fineGrain, "activation");
  return [
    ...places.map(({ cut, kind }) => ({ script: [cut], kind })),
    ...turns.map((turn) => ({ script: [{ turn }], kind: "turn" as const })),
  ];
}

/** Bends a life; the replay line names the fault after the cuts. */
function preparation(fault: NetworkFault): (life: Life) => string {
  return (life) => {
    bendActivation(life, fault);
    let firstReason: string | undefined;
    life.vendor.helps = ({ reason }) => {
      if (firstReason === undefined) {
        firstReason = reason;
        life.cutSoon();
        return false;
      }
      life.watch.demand("reason kept", reason === firstReason, () => `${firstReason}; ${reason}`);
      return true;
    };
    return `/${fault.name}`;
  };
}

/** From the last word of a replay line. Throws on one that is none. */
export function preparationOf(name: string | undefined): ((life: Life) => string) | undefined {
  if (name === undefined) return undefined;
  const stepBytes = /^every-(\d+)$/.exec(name)?.[1];
  return stepBytes === undefined ? preparation(faultOf(name)) : cutEvery(Number(stepBytes));
}
