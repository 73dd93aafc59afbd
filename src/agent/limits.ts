// The bounds of the agent, each with its unit and its reason. test/agent/limits.test.ts asserts how
// they relate.

// Releases.

/** Candidates kept of a listing, best first: more than can be remembered as rejected, so that
 *  those never hide a good one. */
export const candidatesMax = 12;
/** Releases remembered as rejected. */
export const rejectedMax = 8;
/** All of them in one string of the store, which holds 3,999 bytes at most. */
export const rejectedBytesMax = 2000;
export const rejectReasonCharactersMax = 80;
/** Times the list of releases is read without a pause: each time a release was rejected, or was
 *  replaced during its download. */
export const roundsMax = 4;

// Download.

export const chunkBytesDefault = 4096;
export const chunkBytesMin = 256;
export const chunkBytesMax = 65536;
/** Ranges in flight on one connection. Two hide the round trip, more hide a slow link's jitter. */
export const pipelineDepthDefault = 4;
export const pipelineDepthMax = 8;
/** Failures in a row, without `chunkBytesMin` between them, after which a download pauses. */
export const downloadTriesMax = 5;
/** Downloads of one release that may come out wrong: a bit that a network without TLS flips is not
 *  the release's fault. Then it is rejected. */
export const badDownloadsMax = 3;
export const rangeRetryDelayMsMin = 500;

// Connection.

/** The receive buffer the agent keeps: one Ethernet segment's payload (lwIP MSS on the ESP32). */
export const receiveBytes = 1436;
export const resolveTimeoutMs = 10_000;
export const connectTimeoutMs = 15_000;
/** Between two bytes of an expected answer. */
export const silenceTimeoutMs = 20_000;
/** The same with several requests in flight, as far as the round trips seen allow it: long enough
 *  for TCP to repeat a segment twice. */
export const pipelinedSilenceMsMin = 4_000;
/** Faults with several requests in flight, after which one goes at a time. */
export const pipelineFaultsMax = 2;
/** One answer from its first byte, or 0 bytes, to its end: a trickle must end too. */
export const answerTimeoutMs = 120_000;

// Pauses.

export const retryDelayMsMin = 2_000;
export const retryDelayMsMax = 900_000;
/** 404 and 409 wait for a person: start slower. */
export const refusedDelayMsMin = 60_000;
/** More frequent polling brings no news. */
export const pollIntervalMsMin = 1_000;
export const pollIntervalMsDefault = 3_600_000;
/** What the chip's timers take: milliseconds in 32 bits, with a sign. */
export const timerMsMax = 2_147_483_647;
/** Between two questions to the product whether a restart is allowed. The question costs a call,
 *  and the moments that allow a restart may be short. */
export const restartRetryMs = 1_000;

// Trials.

/** A trial image must reach the service in this time, or it is rolled back. */
export const trialMsMax = 300_000;
/** Boots that a verified release may try before it counts as rejected; cuts and outages cost one
 *  each. */
export const trialsMax = 8;
/** Trials that may end without an answer of the service; then the image itself is to blame. */
export const silentTrialsMax = 2;
export const watchdogFeedMs = 2_000;
