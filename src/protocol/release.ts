// A release as the service describes it: the content's info row, and what the vendor's tools wrote
// into its `meta`. The agent decides what to do with a release.
//
//     <content-type>,<byte-size>,<updated-timestamp>,<meta>            (procedure 67)
//     meta: version=1.1.0&sha256=<64 hexadecimal digits>               (a form; no commas)

import { parseDecimal } from "./decimal.js";
import { decodeForm, encodeForm, formValue } from "./form.js";
import { fromHex } from "./hex.js";
import { parseVersion } from "./version.js";

/** What makes two downloads the same download. */
export interface ReleaseIdentity {
  /** Of the content. */
  readonly id: string;
  /** 0: nothing is uploaded yet. */
  readonly sizeBytes: number;
  /** When the content changed last: Unix seconds, by the service's clock. */
  readonly timestampSeconds: number;
  /** A semantic version. */
  readonly version?: string;
  /** Of the whole content: 64 hexadecimal digits, lower case. */
  readonly sha256?: string;
}

/** What is malformed in an info row. */
export type ReleaseProblem = "column-count" | "size" | "timestamp" | "version" | "sha256";

export interface ReleaseMeta {
  readonly version?: string;
  readonly sha256?: string;
}

const columnCount = 4;
const sha256Bytes = 32;

/** The release that the info row of content `id` describes, or the first problem with it. */
export function parseInfoRow(
  id: string,
  fields: readonly string[],
): { readonly release: ReleaseIdentity } | { readonly problem: ReleaseProblem } {
  const [, size = "", timestamp = "", meta = ""] = fields;
  if (fields.length !== columnCount) return { problem: "column-count" };
  const sizeBytes = parseDecimal(size);
  if (sizeBytes === undefined) return { problem: "size" };
  const timestampSeconds = parseDecimal(timestamp);
  if (timestampSeconds === undefined) return { problem: "timestamp" };

  // Other vendors' texts are forms without these keys.
  const pairs = decodeForm(meta);
  const version = formValue(pairs, "version");
  if (version !== undefined && parseVersion(version) === undefined) return { problem: "version" };
  const sha256 = formValue(pairs, "sha256")?.toLowerCase();
  if (sha256 !== undefined && fromHex(sha256)?.length !== sha256Bytes) return { problem: "sha256" };

  return {
    release: {
      id,
      sizeBytes,
      timestampSeconds,
      ...(version !== undefined && { version }),
      ...(sha256 !== undefined && { sha256 }),
    },
  };
}

/** Whether bytes of `a` may be continued with bytes of `b`. */
export function sameRelease(a: ReleaseIdentity, b: ReleaseIdentity): boolean {
  return (
    a.id === b.id &&
    a.sizeBytes === b.sizeBytes &&
    a.timestampSeconds === b.timestampSeconds &&
    a.version === b.version &&
    a.sha256 === b.sha256
  );
}

/** The `meta` of a content that is a release. */
export function formatMeta({ version, sha256 }: ReleaseMeta): string {
  const pairs: [string, string][] = [];
  if (version !== undefined) pairs.push(["version", version]);
  if (sha256 !== undefined) pairs.push(["sha256", sha256]);
  return encodeForm(pairs);
}
