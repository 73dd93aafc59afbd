// What a product tells the agent when it is compiled: defaults, hooks, and who wants to hear.

import type { AppImageHead } from "../flash/app-image-head.js";
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
import type { ReleaseIdentity } from "../protocol/release.js";
import type { ReleaseRule } from "./update/choice.js";
import type { IdentityDefaults } from "./identity.js";
import type { AgentStatus } from "./status.js";

/** The product's say in an update. */
export interface AgentHooks {
  /**
   * Why this release is not wanted, or undefined to take it. Asked before anything is erased, in
   * the turn in which the head of the image came: the others are asked in turns of their own.
   */
  refuseRelease?(release: ReleaseIdentity, head: AppImageHead): string | undefined;
  /** False: not now (a motor runs, a door is open). Asked again later. */
  mayRestart?(): boolean;
  /** The product's own test of a trial image. `done` must be called once, in the trial's time. */
  selfTest?(done: (passed: boolean) => void): void;
}

/** Counts and changes, for people and proofs. Callbacks must not throw. */
export interface AgentObserver {
  status?(status: AgentStatus): void;
  /** Bytes of the release that are in flash, of how many. */
  progress?(doneBytes: number, totalBytes: number): void;
  /** Body bytes of the release just read from the network. */
  fetched?(byteLength: number): void;
  connected?(): void;
  requested?(): void;
}

export interface AgentOptions {
  readonly identity?: IdentityDefaults;
  /** Default: contents named `<model>-<semver>`. */
  readonly release?: ReleaseRule;
  readonly allowOlder?: boolean;
  readonly chunkBytes?: number;
  readonly pipelineDepth?: number;
  readonly pollIntervalMs?: number;
  readonly trialMs?: number;
  readonly hooks?: AgentHooks;
  readonly observer?: AgentObserver;
}

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
