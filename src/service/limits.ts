// Every bound of the service, with its unit and its reason. What the device and the service must
// agree on (names, CIKs) is in src/protocol/limits.ts.

/** Bounds that can be set for one service; sizes in bytes, times in milliseconds. */
export interface ServiceLimits {
  /** A request line and its header fields. Device heads are about 200 bytes; Node allows 16 KiB. */
  readonly headBytesMax: number;
  /** A body from somebody without a key: an activation, 128 raw bytes of `mfr` included (S-06). */
  readonly activationBytesMax: number;
  /** A body from a device, or from another client that is no vendor. */
  readonly deviceBodyBytesMax: number;
  /** A CSV body from a vendor: a batch of 100,000 serials is about 4 MB. */
  readonly tableBytesMax: number;
  /** A form from a vendor, which is decoded in one turn: 10,000 serials. */
  readonly formBytesMax: number;
  /** A JSON body from a vendor, which is parsed in one turn: 1,000 ranges are about 100 KB. */
  readonly jsonBytesMax: number;
  /** One uploaded content. Sixteen times the largest ESP32 flash. */
  readonly contentBytesMax: number;

  /**
   * Bodies being read or worked on, all together. No vendor holds more of it than is left for the
   * others, so half at most; what would be more is answered 503. Bodies of up to
   * `activationBytesMax` do not count.
   */
  readonly heldBytesMax: number;
  /** The part of it that one device may hold. */
  readonly heldPerDeviceBytesMax: number;
  /**
   * Replies that the kernel has not taken yet, all together, shared in the same way. Of a stream
   * 64 KiB count, of replies of up to 8 KiB nothing.
   */
  readonly queuedBytesMax: number;
  /** The part of it that one device may hold: 64 downloads at once that are read slowly. */
  readonly queuedPerDeviceBytesMax: number;

  /** From the first byte of a head to its end: fourteen small sends over a slow modem (S-04). */
  readonly headTimeMs: number;
  /** A whole body that is gathered in memory, from the end of its head. */
  readonly bodyTimeMs: number;
  /** A body nobody wants, before the connection is closed: a reset would take the reply away. */
  readonly discardTimeMs: number;
  /** A whole request, an upload of `contentBytesMax` over 4 Mbit/s included. */
  readonly requestTimeMs: number;
  /** No byte moved in either direction while a request or a reply is under way. */
  readonly stallTimeMs: number;
  /** A kept-alive connection with nothing to do. nginx keeps 75 s too. */
  readonly keepAliveTimeMs: number;
  /** How often the times of heads and requests are looked at: their precision. */
  readonly timeCheckIntervalMs: number;
  /** Replies in flight get this long when the service closes. */
  readonly closeTimeMs: number;

  /** Open connections; one more is answered 503. About 20 KiB each. */
  readonly connectionsMax: number;
  /**
   * Open connections of one address on which no live key was shown yet; one more is answered 503.
   * Connections with a key do not count: carriers put many devices behind one address. Infinity
   * for a proxy without the PROXY protocol, whose address all connections have.
   */
  readonly keylessPerAddressMax: number;
  /** Requests waiting on one connection; then it is not read until half are answered. */
  readonly waitingRequestsMax: number;
}

/** The default of each bound. */
export const serviceLimits: ServiceLimits = {
  headBytesMax: 8192,
  activationBytesMax: 4096,
  deviceBodyBytesMax: 64 * 1024,
  tableBytesMax: 8 * 1024 * 1024,
  formBytesMax: 256 * 1024,
  jsonBytesMax: 256 * 1024,
  contentBytesMax: 256 * 1024 * 1024,
  heldBytesMax: 32 * 1024 * 1024,
  heldPerDeviceBytesMax: 128 * 1024,
  queuedBytesMax: 128 * 1024 * 1024,
  queuedPerDeviceBytesMax: 4 * 1024 * 1024,

  headTimeMs: 20_000,
  bodyTimeMs: 60_000,
  discardTimeMs: 2_000,
  requestTimeMs: 600_000,
  stallTimeMs: 60_000,
  keepAliveTimeMs: 75_000,
  timeCheckIntervalMs: 1_000,
  closeTimeMs: 10_000,

  connectionsMax: 10_000,
  keylessPerAddressMax: 2_000,
  waitingRequestsMax: 32,
};

/** An uploaded Content-Type, which goes into one row with 4 KiB of meta. RFC 6838 allows 255. */
export const contentTypeBytesMax = 255;
/**
 * Replies up to this size do not count as queued: Node's pool of small buffers, which they share,
 * is this large. On all connections together they stay below 80 MiB.
 */
export const uncountedReplyBytesMax = 8192;
/** Rows of one table: twice the batch that `tableBytesMax` is made for. A byte may be a row. */
export const tableRowsMax = 200_000;
/** Pairs of one form or query: 10,000 serials, and again as many. */
export const formPairsMax = 20_000;
/** Bytes of a table that are read in one turn of the event loop: about 5 ms. */
export const tableBytesPerTurn = 32_768;
/** Rows of a table that are looked at in one turn. */
export const tableRowsPerTurn = 5_000;
/** Blobs are kept in pieces of this size: what a ranged read fetches at least. */
export const pieceBytes = 65_536;
/** Pieces written in one statement: an upload holds this many in memory. */
export const piecesPerWrite = 4;
/** Pieces of published blobs kept in memory, most recently read: 16 MiB, several releases. */
export const cachedPiecesMax = 256;
/** Prepared statements kept per database; the service's own queries are about a hundred. */
export const statementsMax = 256;
/** Activations in one transaction: bounds how long it holds the database. */
export const activationsPerCommit = 100;
/** Rows of one insert: six parameters each stay far below SQLite's 32,766 and PostgreSQL's. */
export const rowsPerInsert = 500;
/** Rows of one delete: what hangs on each, a log of a hundred lines, goes with it. */
export const rowsPerDelete = 100;
/** Pieces of a blob deleted in one statement: 2 MiB. */
export const piecesPerDelete = 32;
/** One transaction of a large removal: others may write in between. */
export const removalMsMax = 50;
/** Serials passed over in one statement on the way to a page. */
export const serialsPerStep = 65_536;
/** Known beginnings of pages, of all models together: about 100 bytes each. */
export const serialMarksMax = 20_000;
/** Ranges of one model: they are gathered in memory for serials that are not listed. */
export const rangesMax = 1000;
/** Models whose ranges are kept in memory: 100 KiB each at most. */
export const cachedRangeModelsMax = 100;
/** Steps from a group down to one that it holds over others; a deeper nesting is refused. */
export const nestingDepthMax = 64;
/** How long another's write may hold up ours in SQLite, or a connection to PostgreSQL take. */
export const databaseWaitMs = 10_000;
/** Between two looks at a file that another process has locked, at most. */
export const lockPauseMsMax = 10;
/** From a write to the moment when SQLite's log is written back into the file. */
export const checkpointDelayMs = 500;
/** Pages of SQLite's log, 400 MB: if nothing else has written it back, a commit does. */
export const logPagesMax = 100_000;
/** Statements of SQLite in one turn of the event loop; then others come first. */
export const turnMsMax = 10;
/** Connections of one process to PostgreSQL, which takes a hundred in all unless told otherwise. */
export const databaseConnectionsMax = 10;
/** Runs of a transaction that PostgreSQL undoes in favour of another's. */
export const transactionTriesMax = 5;

/** From enable, remap or regenerate to the last moment of activation (S-28). */
export const activationWindowSecondsDefault = 86_400;
/** Lines of the activation log kept per serial (S-35). */
export const activationsKept = 100;
/** Errors that repeat are counted, and told once in this time. */
export const errorRepeatMs = 60_000;
/** Different errors that are counted at a time. */
export const errorKindsMax = 100;
/** Lines of the access log that wait for the disk; more are lost, and counted. */
export const accessLogBytesMax = 1024 * 1024;
/** Between two tries to write an access log that cannot be written. */
export const accessLogRetryMs = 1_000;
/** Points kept per alias, and aliases per client: a data store only in name (S-58). */
export const pointsKept = 1000;
export const aliasesMax = 100;
/** A written value; the device's own limits are below. */
export const valueBytesMax = 4096;
/**
 * Points of one reply to a view, which is made in memory: a thousand points each of a hundred
 * aliases are less, unless they are long texts.
 */
export const viewBytesMax = 8 * 1024 * 1024;
/** Unexpired views per client. */
export const viewsMax = 100;
/** What is said of one client: name, meta, limits. As much as the meta of anything else. */
export const descriptionBytesMax = 4096;
/** Calls in one remote procedure call. */
export const callsMax = 100;
/** Steps from an owner up to the model's creator; deeper trees are refused. */
export const ownerDepthMax = 32;
