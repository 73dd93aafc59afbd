// One request and what becomes of it: the contract between a connection and those who ask.

import type { HttpRequest } from "../http/request-writer.js";
import type { ResponseHead } from "../http/head-parser.js";

export type FailureKind =
  /** The host name has no address. */
  | "unresolved"
  /** The connection was refused, or took too long. */
  | "unreachable"
  /** It ended with answers missing. */
  | "lost"
  /** No byte came for too long, or an answer never ended. */
  | "silent"
  /** What came is not HTTP/1.1 that can be understood in one way. */
  | "protocol";

export interface ConnectionFailure {
  readonly kind: FailureKind;
  readonly message: string;
}

export interface Exchange {
  readonly request: HttpRequest;
  /** May share the connection with other requests in flight. */
  readonly pipelined: boolean;
  onHead(head: ResponseHead): void;
  /** `bytes` is valid during the call. */
  onBody(bytes: Uint8Array): void;
  onEnd(): void;
  onFailure(failure: ConnectionFailure): void;
}

/** Counts for people and proofs; each call is one event. */
export interface ConnectionObserver {
  connected?(): void;
  requested?(): void;
}
