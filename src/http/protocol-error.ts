// The two ways HTTP can go wrong, by whose fault it is: Remote is the peer's, Local is ours.
//
// Messages never quote what was received or was to be sent: a body read as a head may hold a CIK.
// They name the rule, and the byte that broke it.

/** What the peer did. Every kind makes the connection unusable: where the next answer begins is
 * unknown, or the answer cannot be told from its neighbour. */
export type RemoteProtocolErrorKind =
  // Lines and fields: RFC 9112 sections 2.2, 4, 5.
  | "status-line"
  | "bare-carriage-return"
  | "bare-line-feed"
  | "obsolete-folding"
  | "space-before-colon"
  | "field-name"
  | "field-value"
  // Framing: RFC 9112 sections 6 and 7.
  | "content-length"
  | "content-length-conflict"
  | "content-length-with-transfer-encoding"
  | "transfer-coding"
  | "transfer-encoding-in-http-1.0"
  | "chunk-size"
  | "chunk-extension"
  | "chunk-end"
  // Meaning: RFC 9110 sections 14.4 and 15.2.2.
  | "content-range-conflict"
  | "switching-protocols"
  // Bounds: src/http/limits.ts.
  | "line-too-long"
  | "head-too-long"
  | "too-many-fields"
  | "too-many-interim-responses"
  | "trailers-too-long"
  // Order: RFC 9112 sections 8 and 9.2.
  | "unsolicited-response"
  | "closed-before-response"
  | "closed-within-response";

export class RemoteProtocolError extends Error {
  override readonly name = "RemoteProtocolError";
  readonly kind: RemoteProtocolErrorKind;

  constructor(kind: RemoteProtocolErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Which part of a request cannot be sent as it is. */
export type LocalProtocolErrorKind =
  "target" | "host" | "field-name" | "field-value" | "body" | "request-too-long";

export class LocalProtocolError extends Error {
  override readonly name = "LocalProtocolError";
  readonly kind: LocalProtocolErrorKind;

  constructor(kind: LocalProtocolErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}
