// A file that is to become a firmware release: whether devices could take it, judged before
// anything is sent.

import { createHash } from "node:crypto";
import { foreignKind } from "../../../inspect/foreign-file.js";
import { inspect } from "../../../inspect/inspect.js";
import type { AppFound, Inspection } from "../../../inspect/inspection.js";
import { stampAppImage } from "../../../formats/app-image/app-image-stamp.js";
import { openSha256 } from "../../../../hosts/node/digest.js";
import { parseVersion } from "../../../protocol/version.js";

/** A whole, good application image. */
export interface ReleaseImage {
  readonly bytes: Uint8Array;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  /** As the image says it: perhaps no semantic version. */
  readonly version: string;
  readonly project: string;
  /** "esp32c3" */
  readonly chip: string;
}

/** Of a Moddable build, whatever the product is. */
const projectOfSdk = "xs_esp32";
const simulatedSuffix = "-sim";

/**
 * Reads an image; undefined texts of `stamp` stay as they are. Throws an Error of one line that
 * names the file, unless it is a whole, good application image.
 */
export function readReleaseImage(
  file: string,
  content: Uint8Array,
  stamp: { readonly projectName?: string; readonly version?: string } = {},
): ReleaseImage {
  requireGood(file, content);
  const isStamped = Object.keys(stamp).length > 0;
  const bytes = isStamped ? stampAppImage(content, stamp, openSha256) : content;
  const { project, version, chip } = requireGood(file, bytes);
  if (project === undefined || version === undefined || chip === undefined) {
    throw new Error(`${file} has no application descriptor: no device would take it`);
  }
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { bytes, sha256, version, project, chip };
}

function requireGood(file: string, bytes: Uint8Array): AppFound {
  const found = inspect(bytes, { openDigest: openSha256 });
  if (found?.kind === "app" && found.app.verdict === "good") return found.app;
  const what = found === undefined ? foreignKind(bytes) : kindOf(found);
  const more = "a release is an application image, such as the build's xs_esp32.bin";
  throw new Error(`${file} ${what ?? "is not an ESP32 image"}; ${more}`);
}

/** What it is instead, without its subject. */
function kindOf(found: Inspection): string {
  switch (found.kind) {
    case "flash":
      return "is a whole flash image: publish the application alone";
    case "boot-loader":
      return "is a boot loader";
    case "partition-table":
      return "is a partition table";
    case "otadata":
      return "is an otadata partition";
    case "nvs":
      return "is an NVS partition";
    case "blank":
      return "is blank: all its bytes are FF";
    case "app": {
      const isOfUnknownChip = found.app.chip?.startsWith("chip ") === true;
      if (isOfUnknownChip) return "is not an image of an ESP32, perhaps of an ESP8266";
      return `is damaged or cut off: ${found.app.problem ?? "no reason is known"}`;
    }
  }
}

/** The image's version as a release has it. Throws an Error that explains what to do instead. */
export function releaseVersionOf(file: string, { version }: ReleaseImage): string {
  if (parseVersion(version) !== undefined) return version;
  throw new Error(
    `${file} says version "${version}", which is ${explainVersion(version)}: ` +
      "set CONFIG_APP_PROJECT_VER and build it again, or use --release VERSION --stamp",
  );
}

/** Why a text is no semantic version; with the one that is meant, if it can be told. */
export function explainVersion(text: string): string {
  const plain = text.replace(/^[vV]\.?/, "");
  const described = gitDescribed(plain);
  if (described !== undefined) return described;
  if (plain !== text && parseVersion(plain) !== undefined) {
    return `a semantic version with a "v" in front; without it, it is ${plain}`;
  }
  const [, core = "", rest = ""] = /^(\d+(?:\.\d+)?)([-+].*)?$/.exec(plain) ?? [];
  const padded = core === "" ? "" : core + ".0".repeat(3 - core.split(".").length) + rest;
  if (parseVersion(padded) !== undefined) {
    return `not a semantic version, which has three numbers: ${padded}`;
  }
  return "not a semantic version such as 1.2.0";
}

/** What is odd about a version that git made. Undefined: git did not make it. */
export function gitDescribed(text: string): string | undefined {
  const [, tag, commits] = /^v?(\d+\.\d+\.\d+)-(\d+)-g[0-9a-f]{4,40}(-dirty)?$/.exec(text) ?? [];
  if (tag === undefined || commits === undefined) {
    const [, dirty] = /^v?(\d+\.\d+\.\d+)-dirty$/.exec(text) ?? [];
    return (
      dirty && `${dirty} with changes that are not committed, which semver puts before ${dirty}`
    );
  }
  const count = commits === "1" ? "1 commit" : `${commits} commits`;
  return `git's name for ${count} after ${tag}, which semver puts before ${tag}: devices on ${tag} would not take it`;
}

/** Sentences about what devices would not like, though the image is good. */
export function doubtsOf(
  image: ReleaseImage,
  wanted: {
    readonly version: string;
    readonly slotBytes: number;
    /** The project is to be one of them. Absent: it is held to another release. */
    readonly names?: readonly string[];
  },
): string[] {
  const doubts: string[] = [];
  const { version, names, slotBytes } = wanted;
  if (image.version !== version) {
    doubts.push(
      `the image says version "${image.version}", the release is ${version}: devices refuse it ` +
        "(--stamp writes the release's version into the image)",
    );
  }
  const described = gitDescribed(version);
  if (described !== undefined) doubts.push(`${version} is ${described}`);
  if (image.bytes.length > slotBytes) {
    doubts.push(
      `its ${image.bytes.length} bytes do not fit a slot of ${slotBytes} ` +
        "(--partitions says which table the devices have)",
    );
  }
  if (names?.some((name) => [name, name + simulatedSuffix].includes(image.project)) === false) {
    const whose = image.project === projectOfSdk ? ", as every Moddable build does" : "";
    doubts.push(
      `the image says project "${image.project}"${whose}, not "${names[0] ?? ""}": devices take ` +
        "images of their own project only (--stamp writes the name into the image)",
    );
  }
  return doubts;
}
