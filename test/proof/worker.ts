// A process of the proof: takes shares of plans, one after the other, and answers each with its
// report. With a mutant in its environment it runs that instead of the agent as it is.

import type { Share } from "./cuts/enumeration.js";
import { loadMutant } from "./mutants/mutant-loader.js";
import type { Plan } from "./plan.js";

export interface Task {
  readonly plan: Plan;
  readonly share: Share;
  readonly stopsAtFailure: boolean;
}

// A cut is an error that is thrown, and nobody looks where.
Error.stackTraceLimit = 3;
loadMutant();
// Only now: what is loaded before the mutant would be loaded as it is.
const { runShare } = await import("./plan.js");
const { blankReport } = await import("./report/report.js");

process.on("message", ({ plan, share, stopsAtFailure }: Task) => {
  const report = blankReport();
  const start = process.cpuUsage();
  try {
    runShare(plan, share, report, stopsAtFailure);
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    report.failures.push({ replay: `--life ${plan.life}/${plan.store}`, message });
  }
  const { user, system } = process.cpuUsage(start);
  report.processorMs = (user + system) / 1000;
  process.send?.(report);
});
process.on("SIGINT", () => undefined); // The share at hand is finished; main.ts begins no more.
process.on("disconnect", () => {
  process.exit();
});
