// Processes that share out plans, one a core.

import { fork, type ChildProcess } from "node:child_process";
import { availableParallelism } from "node:os";
import { env } from "node:process";
import type { Plan } from "./plan.js";
import { addReport, blankReport, type Report } from "./report/report.js";
import type { Task } from "./worker.js";

export interface PoolOptions {
  /** Processes; a core each, if absent. */
  readonly workers?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Stops as soon as something does not hold. */
  readonly stopsAtFailure?: boolean;
  /** No more shares are begun. */
  isStopped?(): boolean;
  onShare?(done: number, all: number, report: Report): void;
}

/** Runs all shares of `plans`. Rejects if a process ends before its share. */
export async function runPlans(plans: readonly Plan[], options: PoolOptions = {}): Promise<Report> {
  const { stopsAtFailure = false } = options;
  const tasks = plans.flatMap((plan) =>
    Array.from({ length: plan.shares }, (_, index): Task => {
      return { plan, share: { index, of: plan.shares }, stopsAtFailure };
    }),
  );
  const count = Math.min(options.workers ?? availableParallelism(), tasks.length);
  const report = blankReport();
  let next = 0;
  let done = 0;
  const takeTask = (): Task | undefined => {
    const isEnough = stopsAtFailure && report.failures.length > 0;
    return isEnough || options.isStopped?.() === true ? undefined : tasks[next++];
  };
  const takeReport = (share: Report): void => {
    addReport(report, share);
    done += 1;
    options.onShare?.(done, tasks.length, report);
  };
  await Promise.all(
    Array.from({ length: count }, () => work(options.environment ?? {}, takeTask, takeReport)),
  );
  return report;
}

/** The life of one process. */
async function work(
  environment: Readonly<Record<string, string>>,
  takeTask: () => Task | undefined,
  takeReport: (report: Report) => void,
): Promise<void> {
  // Not measured for coverage: that would cost more than the proof.
  const child = fork(new URL("./worker.js", import.meta.url), {
    env: { ...env, NODE_V8_COVERAGE: "", ...environment },
  });
  try {
    for (let task = takeTask(); task !== undefined; task = takeTask()) {
      takeReport(await ask(child, task));
    }
  } finally {
    child.removeAllListeners();
    child.kill();
  }
}

function ask(child: ChildProcess, task: Task): Promise<Report> {
  return new Promise((resolve, reject) => {
    child.removeAllListeners();
    child.once("message", (report) => {
      resolve(report as Report);
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      reject(new Error(`a process of the proof ended early (${String(code ?? signal)})`));
    });
    child.send(task);
  });
}
