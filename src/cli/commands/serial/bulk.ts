// The same change of many serials, over many connections at once. What a serial itself refuses is
// counted and told; what concerns all of them, such as a wrong key, ends the work.

import { setTimeout as sleep } from "node:timers/promises";
import { ClientError } from "../../../client/client-error.js";
import { ProgressBar } from "../../terminal/progress-bar.js";

/** What became of one serial; "already": nothing had to be done. */
export type Outcome = "done" | "already";

export interface BulkResult {
  readonly done: number;
  readonly already: number;
  readonly failed: readonly { readonly serial: string; readonly problem: string }[];
}

const connections = 32;
const triesMax = 6;
const retryDelayMs = 100;
const statusOverloaded = 503;
/** Of one serial alone. */
const ownKinds: readonly string[] = ["conflict", "invalid", "never-enabled", "not-found"];

/**
 * Changes all `serials`. Throws what concerns all of them, with how many are done: the same command
 * again goes on.
 */
export async function changeAll(
  serials: readonly string[],
  change: (serial: string) => Promise<Outcome>,
  isQuiet: boolean,
): Promise<BulkResult> {
  const bar = new ProgressBar(serials.length, "serials", !isQuiet);
  const counts = { done: 0, already: 0 };
  const failed: { serial: string; problem: string }[] = [];
  let next = 0;
  let fatal: Error | undefined;
  const work = async (): Promise<void> => {
    while (fatal === undefined) {
      const serial = serials[next++];
      if (serial === undefined) return;
      try {
        counts[await withRetries(() => change(serial))] += 1;
      } catch (error) {
        const isOwn = error instanceof ClientError && ownKinds.includes(error.kind);
        if (isOwn) failed.push({ serial, problem: error.message });
        else fatal ??= error instanceof Error ? error : new Error(String(error));
      }
      bar.update(counts.done + counts.already + failed.length);
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, work));
  } finally {
    bar.end();
  }
  if (fatal === undefined) return { ...counts, failed };
  const settled = counts.done + counts.already;
  if (settled === 0) throw fatal;
  const rest = `${settled} of ${serials.length} are done, run it again to go on`;
  throw new Error(`${fatal.message}; ${rest}`, { cause: fatal });
}

/** An overloaded service is asked again, later and later. */
async function withRetries<Result>(ask: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      const isOverloaded = error instanceof ClientError && error.status === statusOverloaded;
      if (!isOverloaded || tries === triesMax) throw error;
      await sleep(retryDelayMs * 2 ** tries * (0.5 + Math.random()));
    }
  }
}
