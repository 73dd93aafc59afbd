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

/** The ports of one host. */
export interface Platform {
  /** Boot loader and watchdog. */
  readonly boot: Boot;
  /** Milliseconds since boot. */
  readonly clock: Clock;
  /** Starts a TCP connection. */
  readonly connect: Connect;
  /** Writes a line for people. */
  readonly log: Log;
  /** Starts a SHA-256. */
  readonly openDigest: OpenDigest;
  /** Opens a flash partition. */
  readonly openPartition: OpenPartition;
  /** Opens a key-value store: NVS on the chip. */
  readonly openStore: OpenStore;
  /** Chance for jitter, not for keys. */
  readonly random: Random;
  /** Finds the address of a host name. */
  readonly resolve: Resolve;
  /** One-shot timers. */
  readonly timer: Timer;
  /** The chip's MAC address, six bytes, for products whose serial is the MAC. */
  readonly macAddress?: () => Uint8Array;
}
