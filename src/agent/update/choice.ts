// Which of the listed contents to look at, and whether its metadata make it a release to fetch.
// The list comes as a stream; only the best few are kept.

import { candidatesMax } from "../limits.js";
import type { ReleaseIdentity } from "../../protocol/release.js";
import {
  compareVersions,
  parseVersion,
  splitReleaseId,
  type Version,
} from "../../protocol/version.js";

/** How a product finds its releases among the contents of its model. */
export type ReleaseRule =
  | {
      /** The highest version wins. */
      readonly kind: "newest";
      /** Contents named `<name>-<semver>` are releases. */
      readonly name: string;
    }
  | {
      /** Always the same content, which need not be listed. */
      readonly kind: "fixed";
      /** Id of that content. */
      readonly id: string;
    };

interface Candidate {
  readonly id: string;
  readonly version: Version;
}

export class Choice {
  readonly #rule: ReleaseRule;
  readonly #running: Version | undefined;
  readonly #allowOlder: boolean;
  /** Best first. */
  #candidates: Candidate[] = [];
  /** The content to follow, until it is taken; it need not be listed. */
  #fixed: string | undefined;

  /** @param allowOlder the best listed version wins even if it is older than the running one */
  constructor(rule: ReleaseRule, runningVersion: string, allowOlder: boolean) {
    this.#rule = rule;
    this.#running = parseVersion(runningVersion);
    this.#allowOlder = allowOlder;
    if (rule.kind === "fixed") this.#fixed = rule.id;
  }

  offer(id: string): void {
    if (this.#rule.kind === "fixed") return;
    const version = splitReleaseId(id, this.#rule.name);
    if (version === undefined || this.#isOlder(version)) return;
    this.#candidates.push({ id, version });
    this.#candidates.sort((one, other) => compareVersions(other.version, one.version));
    if (this.#candidates.length > candidatesMax) this.#candidates.pop();
  }

  /** The best one not taken yet; undefined once the running version is the best of what is left. */
  take(): string | undefined {
    const fixed = this.#fixed;
    this.#fixed = undefined;
    if (fixed !== undefined) return fixed;
    const best = this.#candidates.shift();
    return best === undefined || this.#isRunning(best.version) ? undefined : best.id;
  }

  /** Why this release is not for this device, or undefined: it is. */
  judge(release: ReleaseIdentity): string | undefined {
    if (release.sizeBytes === 0) return "it is not uploaded yet";
    const version = release.version === undefined ? undefined : parseVersion(release.version);
    if (version === undefined) return undefined;
    if (this.#isRunning(version)) return "it is the running version";
    if (this.#isOlder(version)) return "it is older than the running version";
    if (this.#rule.kind === "fixed") return undefined;
    const named = splitReleaseId(release.id, this.#rule.name);
    const agrees = named !== undefined && compareVersions(version, named) === 0;
    return agrees ? undefined : "its meta tells another version than its id";
  }

  #isOlder(version: Version): boolean {
    if (this.#allowOlder || this.#running === undefined) return false;
    return compareVersions(version, this.#running) < 0;
  }

  #isRunning(version: Version): boolean {
    return this.#running !== undefined && compareVersions(version, this.#running) === 0;
  }
}
