// When a device's life is told: from the statuses of its agent, whether it ended well, or cannot.

import { formatStatus, type AgentStatus } from "../agent/status.js";

/** Times in a row that a device may fail before the simulation gives it up. */
const failuresMax = 6;
/** Times in a row that the service may refuse it. */
const refusalsMax = 2;
/** Boots beyond those that cuts explain: a device that needs more of them is in a loop. */
const extraBootsMax = 20;

/** How a life ends. */
export interface Ending {
  /** Why the device is not confirmed on a new version; undefined: it is. */
  readonly problem: string | undefined;
}

export class Verdict {
  readonly #versionBefore: string;
  #versionAfter: string;
  #last: AgentStatus | undefined;
  #lastDiagnostic = "";
  #failures = 0;
  #refusals = 0;

  constructor(versionBefore: string) {
    this.#versionBefore = this.#versionAfter = versionBefore;
  }

  /** The newest version that the device has run, not on trial. */
  get versionAfter(): string {
    return this.#versionAfter;
  }

  /** For people: what the device did last. */
  get lastWords(): string {
    return this.#last === undefined ? "" : formatStatus(this.#last);
  }

  diagnostic(line: string): void {
    this.#lastDiagnostic = `: ${line}`;
  }

  /** Bytes arrive: the failures before are over. */
  progress(): void {
    this.#failures = 0;
  }

  /** The end, if it is one. */
  booted(boots: number, powerCuts: number): Ending | undefined {
    if (boots <= 2 * powerCuts + extraBootsMax) return undefined;
    return { problem: `it restarts over and over${this.#lastDiagnostic}` };
  }

  /** The end, if it is one. */
  status(status: AgentStatus): Ending | undefined {
    if (!status.trial) this.#versionAfter = status.version;
    this.#last = status;
    if (status.state === "backing-off") this.#failures += 1;
    if (status.state === "refused") this.#refusals += 1;
    if (status.state === "listing") this.#refusals = 0;
    if (status.state === "idle" && !status.trial) return this.#idle(status);
    const isGivenUp = this.#refusals === refusalsMax || this.#failures === failuresMax;
    if (status.state === "unidentified" || isGivenUp) return { problem: status.reason };
    return undefined;
  }

  #idle({ version, reason }: AgentStatus): Ending {
    if (version !== this.#versionBefore) return { problem: undefined };
    const why = reason === "" ? "there is nothing newer" : reason;
    return { problem: `the device stays on ${version}: ${why}` };
  }
}
