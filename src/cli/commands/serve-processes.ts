// `provision serve --processes N`: several processes that share one port and one database.
//
//     first process    opens the data once, then starts the others and hands them connections
//     N others         each a whole service; one that dies is replaced
//
// A signal is for the first: SIGTERM and SIGINT end all of them after the replies in flight, SIGHUP
// makes each go on in a new access log.

import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** Where a service listens. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

/** Before a process that has died is replaced: one that cannot live must not keep the CPU busy. */
const restartPauseMs = 1000;

/** Whether this process is one of those that `runProcesses` has started. */
export function isStarted(): boolean {
  return cluster.isWorker;
}

/** Tells the first process that this one listens. */
export function tellListening(place: Place): void {
  process.send?.(place);
}

/** Lets this process end: it has closed its service. */
export function leave(): void {
  cluster.worker?.disconnect();
}

/**
 * Starts `count` processes with the arguments of this one, and keeps as many. `onListening` is
 * called once, when all of them listen. `tell`: gets a line for each that dies. Resolves after a
 * signal has ended them: with 1 if the first could not start, else with 0.
 */
export async function runProcesses(
  count: number,
  onListening: (place: Place) => void,
  tell: (line: string) => void,
): Promise<0 | 1> {
  const ending = new AbortController();
  const isEnding = (): boolean => ending.signal.aborted;
  const signalAll = (signal: NodeJS.Signals): void => {
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill(signal);
  };
  const end = (): void => {
    ending.abort();
    signalAll("SIGTERM");
  };
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
  process.on("SIGHUP", () => {
    signalAll("SIGHUP");
  });
  const keepOne = async (first: Worker): Promise<void> => {
    for (let worker = first; ; worker = cluster.fork()) {
      const [code, signal] = (await once(worker, "exit")) as [number | null, string | null];
      if (isEnding()) return;
      tell(`process ${worker.process.pid} ended with ${signal ?? code}; another takes its place`);
      await sleep(restartPauseMs);
      if (isEnding()) return;
    }
  };
  const first = cluster.fork();
  // What keeps the first from listening keeps all: it is said once.
  const place = await listening(first);
  if (place === undefined) return isEnding() ? 0 : 1;
  const kept = [keepOne(first)];
  for (let started = 1; started < count && !isEnding(); started++) {
    const worker = cluster.fork();
    kept.push(keepOne(worker));
    await listening(worker);
  }
  if (!isEnding()) onListening(place);
  if (isEnding()) signalAll("SIGTERM");
  await Promise.all(kept);
  return 0;
}

/** Where the process listens; undefined if it ends before. */
async function listening(worker: Worker): Promise<Place | undefined> {
  const over = new AbortController();
  const { signal } = over;
  const ended = once(worker, "exit", { signal }).then(() => undefined);
  const told = once(worker, "message", { signal }).then(([place]) => place as Place);
  const place = await Promise.race([ended, told]);
  over.abort();
  await Promise.allSettled([ended, told]);
  return place;
}
