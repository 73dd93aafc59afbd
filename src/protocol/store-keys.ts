// The names under which a device keeps things in its key-value store, which on the chip is NVS: the
// factory writes who the device is, the agent what it remembers. Tools that write or explain a
// flash use the same names. What the values are is in src/flash/SPEC.md.

/** The domain of all of them: an NVS namespace, 15 characters at most. */
export const storeDomain = "provision";

/** What the factory writes. Each value is a string. */
export const identityKeys = Object.freeze({
  vendor: "vendor",
  model: "model",
  serial: "sn",
  host: "host",
  port: "port",
} as const);

/** What the agent writes. Each value is a string; only `cik` is a secret. */
export const recordKeys = Object.freeze([
  "cik",
  "asked",
  "target",
  "progress.0",
  "progress.1",
  "armed",
  "confirmed",
  "rejected",
  "restart",
  "reserve",
] as const);

export type RecordKey = (typeof recordKeys)[number];
