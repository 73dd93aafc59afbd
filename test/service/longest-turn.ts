// How long the event loop is held up at a stretch while something runs: what every other caller of
// the service waits at least.

/**
 * Runs `work` and returns its longest turn in milliseconds. A turn counts as the processor's time
 * or the clock's, whichever is less: other processes of a busy machine are not its fault.
 */
export async function longestTurnMs(work: () => Promise<unknown>): Promise<number> {
  let longestMs = 0;
  let isOver = false;
  let last = now();
  const look = (): void => {
    const current = now();
    const turnMs = Math.min(current.wallMs - last.wallMs, current.cpuMs - last.cpuMs);
    longestMs = Math.max(longestMs, turnMs);
    last = current;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  try {
    await work();
  } finally {
    isOver = true;
  }
  look();
  return longestMs;
}

interface Moment {
  readonly wallMs: number;
  readonly cpuMs: number;
}

function now(): Moment {
  const { user, system } = process.cpuUsage();
  return { wallMs: performance.now(), cpuMs: (user + system) / 1000 };
}
