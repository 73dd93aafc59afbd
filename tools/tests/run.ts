// Runs one job of the tests in a process of its own, and counts.

import { fork } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Job } from "./job.js";
import type { LaneResult } from "./lane.js";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface JobEnd {
  readonly job: Job;
  readonly counts: Counts;
  readonly seconds: number;
  /** What the tests printed, and their failures in full. */
  readonly output: string;
}

/** `compiled`: the folder of the compiled tests (build/test). Never rejects: a crash is a failure. */
export function runJob(job: Job, compiled: string): Promise<JobEnd> {
  const start = performance.now();
  const files = job.files.map((file) => join(compiled, `${file}.js`));
  const lane = fileURLToPath(new URL("./lane.js", import.meta.url));
  const child = fork(lane, [job.tier, ...files], { stdio: ["ignore", "pipe", "pipe", "ipc"] });
  const counts = { passed: 0, failed: 0, skipped: 0 };
  let output = "";
  const collect = (text: string): void => void (output += text);
  child.stdout?.setEncoding("utf8").on("data", collect);
  child.stderr?.setEncoding("utf8").on("data", collect);
  child.on("message", ({ result }: LaneResult) => (counts[result] += 1));
  return new Promise((resolve) => {
    const end = (problem: string | undefined): void => {
      if (problem !== undefined) {
        counts.failed += 1;
        output += `\n${problem}\n`;
      }
      const seconds = Math.round((performance.now() - start) / 1000);
      resolve({ job, counts, seconds, output });
    };
    child.once("error", (error) => end(error.message));
    child.once("close", (code, signal) => {
      const isExplained = code === 0 || counts.failed > 0;
      end(isExplained ? undefined : `the process ended with ${signal ?? `code ${String(code)}`}`);
    });
  });
}

/** The sum of all jobs, in the form that CI reads. */
export function closingLine(ends: readonly { readonly counts: Counts }[]): string {
  const sum = (name: keyof Counts): number =>
    ends.reduce((total, { counts }) => total + counts[name], 0);
  const skipped = sum("skipped");
  const more = skipped === 0 ? "" : `, ${skipped} skipped`;
  return `${sum("passed")} passed, ${sum("failed")} failed${more}`;
}
