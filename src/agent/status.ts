// What the agent tells about itself: where it is in its life, why, and since when.

import { waitsForHuman, type LifeState } from "./life.js";

/** Where the device is in its life at one moment. */
export interface AgentStatus {
  /** State of life.ts; `stateSentences` has a sentence for each. */
  readonly state: LifeState;
  /** Why it is there, in words; "" if the state says it all. Holds no secret. */
  readonly reason: string;
  /** The clock when it came there, ms since boot. */
  readonly sinceMs: number;
  /** Nothing but a person moves the device on. */
  readonly waitsForHuman: boolean;
  /** The running image is on trial: not confirmed yet. */
  readonly trial: boolean;
  /** Version of the running image; "" as long as the flash cannot be read. */
  readonly version: string;
  /** Content id of the release at hand, if there is one. */
  readonly release: string | undefined;
}

/** One sentence per state, for a log or a display. */
export const stateSentences: Readonly<Record<LifeState, string>> = Object.freeze({
  stopped: "stopped",
  identifying: "reading identity from flash",
  unidentified: "no identity in flash",
  healing: "restoring the entry of the confirmed image",
  activating: "asking for the CIK",
  refused: "the service refuses this device",
  "backing-off": "waiting before the next try",
  listing: "asking for the list of releases",
  testing: "testing the new image",
  inspecting: "asking about a release",
  downloading: "downloading",
  verifying: "verifying the image in flash",
  rechecking: "asking whether the release is still the same",
  restarting: "waiting until the product allows a restart",
  reverting: "going back to the old image",
  restarted: "restarting",
  idle: "up to date",
});

/** A status as one line. */
export function formatStatus(status: AgentStatus): string {
  const sentence = stateSentences[status.state];
  const trial = status.trial ? " (on trial)" : "";
  const reason = status.reason === "" ? "" : `: ${status.reason}`;
  const human = waitsForHuman(status.state) ? " [waits for a person]" : "";
  return `${status.version}${trial} ${sentence}${reason}${human}`;
}
