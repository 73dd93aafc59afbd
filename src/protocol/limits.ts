// The bounds that device, service and client agree on, each with its unit and its reason. What
// bounds the device alone is in src/agent/limits.ts and src/http/limits.ts. Tests assert how the
// bounds relate: test/protocol/limits.test.ts, test/agent/limits.test.ts.

// Identity. libexosite truncates vendor and model at 20 bytes and sn at 40; the service allows more.

export const nameBytesMax = 64;
export const serialBytesMax = 128;
/** A host name in dotted form, RFC 1035 section 2.3.4. */
export const hostBytesMax = 253;
/** A CIK is 40 characters `[0-9A-Za-z]`. */
export const cikCharacters = 40;

// Content.

/** One row of a listing or of an info answer. `meta` may be 4 KiB for others; ours is ~100. */
export const rowBytesMax = 512;
export const metaBytesMax = 4096;
/** An info row has 4 fields, the widest row of the API 5; each costs the device a string. */
export const rowFieldsMax = 16;
/** What the 32 bytes of the image's app descriptor hold beside their NUL. */
export const versionCharactersMax = 31;
