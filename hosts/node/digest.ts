// The digest port over Node's own crypto module.

import { createHash } from "node:crypto";
import type { OpenDigest } from "../../src/ports/digest.js";

/** Starts a SHA-256. */
export const openSha256: OpenDigest = () => {
  const hash = createHash("sha256");
  return { write: (bytes) => hash.update(bytes), close: () => new Uint8Array(hash.digest()) };
};
