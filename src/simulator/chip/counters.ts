// The counters that the engine keeps in a file while it runs, which outlive its end of whatever
// kind and go on in the next boot.
//
//   32 entries of 32 bytes:  name (24, NUL-padded; all NUL: free)   value (8, little-endian)

import { readFileSync } from "node:fs";

export type Counters = Readonly<Record<string, number>>;

const entryBytes = 32;
const nameBytes = 24;

/** What has been counted; nothing if there is no file yet. */
export function readCounters(path: string): Counters {
  const bytes = readIfThere(path);
  const counters: Record<string, number> = {};
  for (let offset = 0; offset + entryBytes <= bytes.length; offset += entryBytes) {
    const name = bytes.toString("latin1", offset, offset + nameBytes).replace(/\0.*$/s, "");
    if (name !== "") counters[name] = Number(bytes.readBigUInt64LE(offset + nameBytes));
  }
  return counters;
}

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return Buffer.alloc(0);
    }
    throw error;
  }
}
