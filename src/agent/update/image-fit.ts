// Whether an image that begins with this head is one for the device that asked for it: chip, project
// and version. Judged from the first 288 bytes, before a byte of the slot is given up. Pure.

import type { AppImageHead } from "../../flash/app-image-head.js";
import type { ReleaseIdentity } from "../../protocol/release.js";
import { compareVersions, parseVersion } from "../../protocol/version.js";

/** Why `head`, of `release`, does not go with the running image; undefined: it does. */
export function refuseHead(
  release: ReleaseIdentity,
  head: AppImageHead,
  running: AppImageHead,
  allowOlder: boolean,
): string | undefined {
  const { projectName, version } = head.descriptor;
  if (head.header.chipId !== running.header.chipId) {
    return `it is for chip ${head.header.chipId}, not ${running.header.chipId}`;
  }
  if (projectName !== running.descriptor.projectName) {
    // Of bytes that anybody may have made: escaped, they keep to one line of a log.
    const name = JSON.stringify(projectName);
    return `it is of project ${name}, not "${running.descriptor.projectName}"`;
  }
  if (release.version !== undefined && release.version !== version) {
    return `it says version ${JSON.stringify(version)}, its meta says ${release.version}`;
  }
  return refuseVersion(version, running.descriptor.version, allowOlder);
}

/** Versions that are no semantic ones are not ordered, but the same one is not taken again. */
function refuseVersion(text: string, runningText: string, allowOlder: boolean): string | undefined {
  if (text === runningText) return "it is the running version";
  const running = parseVersion(runningText);
  const version = parseVersion(text);
  if (version === undefined || running === undefined) return undefined;
  const order = compareVersions(version, running);
  if (order === 0) return "it is the running version";
  return order < 0 && !allowOlder ? "it is older than the running one" : undefined;
}
