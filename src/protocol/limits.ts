// Every bound of the device, with its unit and its reason. Relations between bounds are asserted
// by test/protocol/limits.test.ts.

/** The flash's erase unit on every ESP32. */
export const sectorBytes = 4096;

// HTTP (src/http). A device has tens of kilobytes: a head is read into one fixed buffer.

/** A whole response head. Node allows 16 KiB, nginx 8; the service sends about 200 bytes. */
export const headBytesMax = 2048;
/** One line of a head, and one chunk-size line with its extensions. */
export const headerLineBytesMax = 512;
export const headerFieldsMax = 32;
/** 1xx responses before one final response (a storm of them must end). */
export const interimResponsesMax = 8;
/** Trailer section of a chunked body, all of it. */
export const trailerBytesMax = 1024;
/** A request head and body as the agent writes it: path, identity and CIK fit three times over. */
export const requestBytesMax = 1024;

// Identity (notes: libexosite truncates vendor and model at 20 and sn at 40; the service allows more).

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
/** Candidates kept of a listing, best first: more than can be remembered as rejected, so that
 *  those never hide a good one. */
export const candidatesMax = 12;
/** Releases remembered as rejected. */
export const rejectedMax = 8;
/** All of them in one string of the store, which holds 3,999 bytes at most. */
export const rejectedBytesMax = 2000;
export const rejectReasonCharactersMax = 80;

// Download.

export const chunkBytesDefault = 4096;
export const chunkBytesMin = 256;
export const chunkBytesMax = 65536;
/** Ranges in flight on one connection. Two hide the round trip, more hide a slow link's jitter. */
export const pipelineDepthDefault = 4;
export const pipelineDepthMax = 8;
/** What the head of an image tells: header 24, segment header 8, app descriptor 256. */
export const imageHeadBytes = 288;

/** Failures in a row, without `chunkBytesMin` between them, after which a download pauses. */
export const downloadTriesMax = 5;
/** Downloads of one release that may come out wrong: what a network without TLS flips is no fault
 *  of the release. Then it is rejected. */
export const badDownloadsMax = 3;
export const rangeRetryDelayMsMin = 500;

// Sockets.

/** The receive buffer the agent keeps: one Ethernet segment's payload (lwIP MSS on the ESP32). */
export const receiveBytes = 1436;

// Time.

export const resolveTimeoutMs = 10_000;
export const connectTimeoutMs = 15_000;
/** Between two bytes of an expected answer. */
export const silenceTimeoutMs = 20_000;
/** One answer from its first byte, or 0 bytes, to its end: a trickle must end too. */
export const answerTimeoutMs = 120_000;

/** How often the chip looks whether its Wi-Fi must be joined again. */
export const wifiRejoinMs = 5_000;

export const retryDelayMsMin = 2_000;
export const retryDelayMsMax = 900_000;
/** 404 and 409 wait for a human: start slower. */
export const refusedDelayMsMin = 60_000;

/** Polling more often serves nobody. */
export const pollIntervalMsMin = 1_000;
export const pollIntervalMsDefault = 3_600_000;
/** What the chip's timers take: milliseconds in 32 bits, with a sign. */
export const timerMsMax = 2_147_483_647;
/** A trial image must reach the service in this time, or it is rolled back. */
export const trialMsMax = 300_000;
/** Boots a verified release may try before it counts as rejected; cuts and outages cost one each. */
export const trialsMax = 8;
/** Trials that may end without an answer of the service; then the image itself is to blame. */
export const silentTrialsMax = 2;
export const watchdogFeedMs = 2_000;
/** Between two times of asking the product whether it allows a restart: that costs it a call, and
 *  the moments in which it does may be short. */
export const restartRetryMs = 1_000;
/** Times the list of releases is asked for without a pause: each time one was rejected, or was
 *  replaced under the download. */
export const roundsMax = 4;
