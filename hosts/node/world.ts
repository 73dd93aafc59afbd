// What a chip in a Node process lives in: time and a network, virtual or real.

import type { Resolve } from "../../src/ports/resolve.js";
import type { Connect } from "../../src/ports/tcp.js";

/** What `schedule` returned; opaque. */
export type Scheduled = object;

export interface World {
  nowMs(): number;
  schedule(callback: () => void, delayMs: number): Scheduled;
  cancel(scheduled: Scheduled): void;
  readonly connect: Connect;
  readonly resolve: Resolve;
}
