// Versions: Semantic Versioning 2.0.0, parsed strictly and compared by precedence. Build metadata
// is checked and does not count.
//
//     1.2.3-rc.1+build.5        <major>.<minor>.<patch>[-<prerelease>][+<build>]

import { isAlphanumeric, isDigit } from "./ascii.js";
import { parseDecimal } from "./decimal.js";
import { versionCharactersMax } from "./limits.js";

const hyphen = 0x2d;

export interface Version {
  /** As it was written, build metadata included. */
  readonly text: string;
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** The identifiers behind the hyphen; none for a normal version. */
  readonly prerelease: readonly string[];
}

export function parseVersion(text: string): Version | undefined {
  if (text.length > versionCharactersMax) return undefined;
  const [withoutBuild, build] = splitOnce(text, "+");
  const [core, prerelease] = splitOnce(withoutBuild, "-");
  const numbers = core.split(".");
  const identifiers = prerelease?.split(".") ?? [];
  if (numbers.length !== 3 || !numbers.every(isNumeric)) return undefined;
  if (!identifiers.every(isPrerelease)) return undefined;
  if (build !== undefined && !build.split(".").every(isIdentifier)) return undefined;

  const [major, minor, patch] = numbers.map(parseDecimal);
  if (major === undefined || minor === undefined || patch === undefined) return undefined;
  return { text, major, minor, patch, prerelease: identifiers };
}

/** Negative if `a` precedes `b`, positive if it follows, 0 if neither: section 11. */
export function compareVersions(a: Version, b: Version): number {
  const difference = a.major - b.major || a.minor - b.minor || a.patch - b.patch;
  if (difference !== 0) return difference;
  if (a.prerelease.length === 0 || b.prerelease.length === 0) {
    // A pre-release precedes the release it leads to.
    return b.prerelease.length - a.prerelease.length;
  }
  for (const [index, identifier] of a.prerelease.entries()) {
    const other = b.prerelease[index];
    if (other === undefined) return 1;
    const order = compareIdentifiers(identifier, other);
    if (order !== 0) return order;
  }
  return a.prerelease.length - b.prerelease.length;
}

/**
 * The version in a release's content id, `<name>-<semver>`; undefined if the id belongs to another
 * product or holds no version.
 */
export function splitReleaseId(id: string, name: string): Version | undefined {
  return id.startsWith(`${name}-`) ? parseVersion(id.slice(name.length + 1)) : undefined;
}

/** What stands before and behind the first `separator`; behind is undefined without a separator. */
function splitOnce(text: string, separator: string): [before: string, behind: string | undefined] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function compareIdentifiers(a: string, b: string): number {
  const aIsNumeric = isDigits(a);
  if (aIsNumeric !== isDigits(b)) return aIsNumeric ? -1 : 1;
  // Without leading zeros the longer number is the larger: no identifier is too large to compare.
  if (aIsNumeric && a.length !== b.length) return a.length - b.length;
  return a === b ? 0 : a < b ? -1 : 1;
}

function isPrerelease(identifier: string): boolean {
  return isIdentifier(identifier) && (!isDigits(identifier) || isNumeric(identifier));
}

function isNumeric(identifier: string): boolean {
  return isDigits(identifier) && (identifier === "0" || !identifier.startsWith("0"));
}

function isDigits(identifier: string): boolean {
  for (let at = 0; at < identifier.length; at++) {
    if (!isDigit(identifier.charCodeAt(at))) return false;
  }
  return identifier.length > 0;
}

/** One or more of [0-9A-Za-z-]. */
function isIdentifier(identifier: string): boolean {
  for (let at = 0; at < identifier.length; at++) {
    const code = identifier.charCodeAt(at);
    if (!isAlphanumeric(code) && code !== hyphen) return false;
  }
  return identifier.length > 0;
}
