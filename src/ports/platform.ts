// Everything the agent needs of the world, in one argument. A host's composition root makes one.

import type { Boot } from "./boot.js";
import type { OpenDigest } from "./digest.js";
import type { OpenPartition } from "./flash.js";
import type { OpenStore } from "./key-value.js";
import type { Log } from "./log.js";
import type { Random } from "./random.js";
import type { Resolve } from "./resolve.js";
import type { Connect } from "./tcp.js";
import type { Clock, Timer } from "./timer.js";

export interface Platform {
  readonly boot: Boot;
  readonly clock: Clock;
  readonly connect: Connect;
  readonly log: Log;
  readonly openDigest: OpenDigest;
  readonly openPartition: OpenPartition;
  readonly openStore: OpenStore;
  readonly random: Random;
  readonly resolve: Resolve;
  readonly timer: Timer;
  /** The chip's MAC address, six bytes, for products whose serial is the MAC. */
  readonly macAddress?: () => Uint8Array;
}
