// SHA-256 by Node, for tests that live many lives: ours, in TypeScript, is for devices without one.

import { createHash } from "node:crypto";
import type { OpenDigest } from "../../src/ports/digest.js";

export const openNodeSha256: OpenDigest = () => {
  const hash = createHash("sha256");
  return { write: (bytes) => hash.update(bytes), close: () => new Uint8Array(hash.digest()) };
};
