// What a product tells the agent when it is compiled: defaults, hooks, and who wants to hear.

import {
  chunkBytesDefault,
  chunkBytesMax,
  chunkBytesMin,
  pipelineDepthDefault,
  pipelineDepthMax,
  pollIntervalMsDefault,
  pollIntervalMsMin,
  timerMsMax,
  trialMsMax,
} from "./limits.js";
import type { ReleaseRule } from "./update/choice.js";
import type { IdentityDefaults } from "./identity.js";
import type { AgentStatus } from "./status.js";

/** A release as a product judges it, before a byte of the idle slot is given up for it. */
export interface OfferedRelease {
  /** Content id, such as `lamp-1.1.0`. */
  readonly id: string;
  /** Version that the image says, 1 to 31 characters. If the release says one, it is the same. */
  readonly version: string;
  /** Project that the image says: always that of the running image. */
  readonly project: string;
  /** Size of the whole image in bytes. */
  readonly sizeBytes: number;
  /** SHA-256 of the whole image, 64 lower-case hexadecimal digits; undefined if the release says none. */
  readonly sha256: string | undefined;
}

/** The product's say in an update. Each hook may be absent; then the agent decides alone. */
export interface AgentHooks {
  /**
   * Why this release is not wanted, or undefined to take it. The text is the status's reason; the
   * release counts as one that came out wrong. Called before anything is erased, in the turn in
   * which the head of the image came, with little stack left. If it throws, the release is offered
   * again after a pause.
   */
  refuseRelease?(release: OfferedRelease): string | undefined;
  /**
   * False: no restart now (a motor runs, a door is open). Default: true. Called again every second,
   * in a turn of its own, until it returns true. If it throws, that counts as false.
   */
  mayRestart?(): boolean;
  /**
   * The product's own test of an image on trial. It must call `done` once, before the trial's time
   * (`trialMs`) is over; default: passed. Called in a turn of its own. `done(false)`, an exception,
   * and silence until the end of the trial all reject the release.
   */
  selfTest?(done: (passed: boolean) => void): void;
}

/**
 * Counts and changes, for people and proofs. Each callback may be absent. What one throws is logged
 * and changes nothing.
 */
export interface AgentObserver {
  /** The state has changed. */
  status?(status: AgentStatus): void;
  /** Bytes of the release that are in flash, of how many in all. */
  progress?(doneBytes: number, totalBytes: number): void;
  /** So many body bytes of the release were just read from the network. */
  fetched?(byteLength: number): void;
  /** A connection to the service was made. */
  connected?(): void;
  /** A request was written to the connection. */
  requested?(): void;
}

/** What a product decides about its agent. A number out of its bounds throws a RangeError. */
export interface AgentOptions {
  /** Who the device is, where the factory wrote nothing. Default: the factory's keys alone. */
  readonly identity?: IdentityDefaults;
  /** How releases are found. Default: contents named `<model>-<semver>`. */
  readonly release?: ReleaseRule;
  /** Takes the best listed release even if it is older than the running image. Default: false. */
  readonly allowOlder?: boolean;
  /** Bytes of one range of a download: 256 to 65,536. Default: 4,096. */
  readonly chunkBytes?: number;
  /** Requests in flight on one connection: 1 to 8. Default: 4. */
  readonly pipelineDepth?: number;
  /**
   * Milliseconds between two visits of a device that is up to date: 1,000 to 1,431,655,764, half of
   * it more or less by chance. Default: 3,600,000, an hour.
   */
  readonly pollIntervalMs?: number;
  /**
   * Milliseconds in which a new image must reach the service and pass its self-test: 1 to
   * 2,147,483,647. Default: 300,000, five minutes.
   */
  readonly trialMs?: number;
  /** The product's say in an update. Default: none. */
  readonly hooks?: AgentHooks;
  /** Who hears of changes. Default: nobody. */
  readonly observer?: AgentObserver;
}

/** The options with their defaults filled in. */
export interface CompleteOptions {
  readonly identity: IdentityDefaults;
  readonly release: ReleaseRule | undefined;
  readonly allowOlder: boolean;
  readonly chunkBytes: number;
  readonly pipelineDepth: number;
  readonly pollIntervalMs: number;
  readonly trialMs: number;
  readonly hooks: AgentHooks;
  readonly observer: AgentObserver;
}

/** Fills in the defaults. Throws on a number out of its bounds: that is the product's mistake. */
export function completeOptions(options: AgentOptions): CompleteOptions {
  const chunkBytes = options.chunkBytes ?? chunkBytesDefault;
  const pipelineDepth = options.pipelineDepth ?? pipelineDepthDefault;
  const pollIntervalMs = options.pollIntervalMs ?? pollIntervalMsDefault;
  const trialMs = options.trialMs ?? trialMsMax;
  requireWithin("chunkBytes", chunkBytes, chunkBytesMin, chunkBytesMax);
  requireWithin("pipelineDepth", pipelineDepth, 1, pipelineDepthMax);
  // Jitter adds up to half.
  requireWithin("pollIntervalMs", pollIntervalMs, pollIntervalMsMin, Math.floor(timerMsMax / 1.5));
  requireWithin("trialMs", trialMs, 1, timerMsMax);
  return {
    identity: options.identity ?? {},
    release: options.release,
    allowOlder: options.allowOlder ?? false,
    chunkBytes,
    pipelineDepth,
    pollIntervalMs,
    trialMs,
    hooks: options.hooks ?? {},
    observer: options.observer ?? {},
  };
}

function requireWithin(name: string, value: number, minimum: number, maximum: number): void {
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    const bounds = `${minimum} to ${maximum}`;
    throw new RangeError(`${name} must be a whole number from ${bounds}, got ${value}`);
  }
}
