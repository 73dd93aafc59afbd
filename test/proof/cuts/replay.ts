// One life again, from the line that a failure printed.

import { preparationOf } from "./activation.js";
import { formatCut, parseCut } from "./cut.js";
import { Enumeration } from "./enumeration.js";
import { blankReport } from "../report/report.js";
import { Rig } from "../lives/rig.js";
import { scenarioOf } from "../lives/scenario.js";
import { storeOf } from "../lives/store-model.js";

/**
 * Lives `life/store/cut,cut...`, or with `/fault` of the network behind it, and tells what happens. Returns 1 if something did not hold. Throws
 * on a line that is none.
 */
export function replay(line: string, tell: (line: string) => void): 0 | 1 {
  const [name = "", store = "", cuts = "", fault] = line.split("/");
  const script = cuts === "" ? [] : cuts.split(",").map(parseCut);
  const rig = new Rig(scenarioOf(name), storeOf(store));
  const enumeration = new Enumeration(rig, "replay", blankReport());
  tell(`${rig.scenario.what}; cut at ${script.map(formatCut).join(", then at ") || "no place"}`);
  const options = { trace: tell, prepare: preparationOf(fault) };
  const { ledger, watch } = enumeration.follow(script, "several", options);
  tell(`${ledger.cuts} cuts, ${ledger.boots} boots, ${ledger.requests} requests`);
  tell(watch.violation?.message ?? "all held");
  return watch.violation === undefined ? 0 : 1;
}
