// What an image in a test says of itself, where only project and version matter.

import type { AppDescriptor } from "../../src/flash/app-descriptor.js";

export function describeApp(projectName: string, version: string): AppDescriptor {
  return {
    secureVersion: 0,
    version,
    projectName,
    time: "00:00:00",
    date: "Jan 1 2026",
    idfVersion: "v6.0",
    elfSha256: new Uint8Array(32),
    minEfuseBlockRevision: 0,
    maxEfuseBlockRevision: 0,
    mmuPageBits: 16,
    spiFlashMode: 2,
  };
}
