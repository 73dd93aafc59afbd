// The two ways the service says no: a refusal of one request, from one table of code, status and
// sentence; and a fault of the service itself, which its starter must see to.
//
// The wire carries only the status (S-07): code and sentence are for logs and documents.

/** Why a request is refused: status and one sentence for people. */
export const refusals = {
  "malformed-request": [400, "The request is not well-formed."],
  truncated: [400, "The body ended before its announced length."],
  "missing-key": [400, "A key that this procedure needs is missing."],
  "malformed-key": [400, "The value of a key has the wrong form."],
  "malformed-rows": [400, "The body is not CSV."],
  "malformed-ranges": [400, "The body is not a JSON object of serial-number ranges."],
  "malformed-json": [400, "The body is not the JSON that this procedure takes."],
  "malformed-name": [400, "A name has a character that names may not have, or is too long."],
  "unknown-keys": [400, "No procedure of this URL takes these keys."],
  "invalid-model": [400, "The vendor has no such model."],
  "invalid-serial": [400, "The model has no such serial, or it may not read this."],
  unauthorised: [401, "There is no key, or none that is valid now."],
  "not-a-vendor": [403, "The key belongs to no vendor."],
  "not-a-device": [403, "The key belongs to no device of this vendor and model."],
  "forbidden-model": [403, "The vendor has no such model."],
  "not-shared": [403, "The other vendor does not share this model."],
  "not-enabled-by-caller": [403, "Another vendor has enabled this serial."],
  "a-device": [403, "A device cannot be a vendor."],
  "not-an-owner": [403, "The owner does not descend from the model's creator."],
  "not-authorised": [403, "The content is protected, and this serial may not read it."],
  "unknown-path": [404, "There is nothing at this path."],
  "unknown-vendor": [404, "There is no such vendor."],
  "unknown-model": [404, "The vendor has no such model."],
  "unknown-serial": [404, "The model has no such serial."],
  "unknown-content": [404, "The model has no such content."],
  "unknown-group": [404, "The model has no such group."],
  "unknown-share": [404, "The model is not shared with this vendor."],
  "unknown-token": [404, "The vendor has no token of this id."],
  "no-ipv4": [404, "The service was not reached by IPv4."],
  "unlisted-method": [405, "The path does not list this method."],
  "timed-out": [408, "The request took too long to arrive."],
  "model-exists": [409, "The model exists already."],
  "serial-exists": [409, "One of the serials exists already."],
  "too-many-ranges": [409, "The model may not have so many ranges."],
  "content-exists": [409, "The content exists already."],
  "content-uploaded": [409, "The content has been uploaded already and does not change."],
  "group-exists": [409, "The group exists already."],
  nesting: [409, "A group cannot hold itself."],
  "nesting-depth": [409, "Groups cannot be nested so deep."],
  "shared-with-self": [409, "A vendor does not share with itself."],
  "vendor-taken": [409, "The name is another's, or the client has another name."],
  "token-exists": [409, "The vendor has a token of this id already."],
  "too-many-aliases": [409, "The client may not have so many aliases."],
  "too-many-views": [409, "The client may not have so many views."],
  "view-too-large": [409, "The view's points are more than one reply may hold."],
  "client-exists": [409, "The serial has a client already."],
  "client-gone": [409, "The serial's client was removed behind it."],
  "owner-full": [409, "The owner may not have another client."],
  "not-enabled": [409, "The serial is not enabled for activation now."],
  "never-enabled": [412, "The serial has never been enabled."],
  "body-too-large": [413, "The body is larger than this service takes."],
  "unsatisfiable-range": [416, "The range names no byte of the content."],
  "head-too-large": [431, "The head of the request is larger than this service takes."],
  internal: [500, "The service failed."],
  "database-unreachable": [503, "The database cannot be reached now."],
  "storage-full": [507, "The disk of the service is full."],
  overloaded: [503, "The service has no room for this now."],
} as const satisfies Record<string, readonly [status: number, sentence: string]>;

/** Why a request was refused: one of the keys of `refusals`; a minor version may add some. */
export type RefusalCode = keyof typeof refusals;

/** A request the service refuses. Handlers throw it; the dispatcher turns it into a reply. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;

  constructor(readonly code: RefusalCode) {
    const [status, sentence] = refusals[code];
    super(sentence);
    this.status = status;
  }
}

/** SQLite's, and PostgreSQL's SQLSTATE (class 53, insufficient resources). */
const fullCodes: readonly unknown[] = ["SQLITE_FULL", "53100"];

/**
 * The database's server is away, or was lost in the middle: 503; or its disk takes no more: 507
 * (RFC 4918 section 11.5). The next request tries again.
 */
export class DatabaseUnreachable extends Error {
  override readonly name = "DatabaseUnreachable";

  /** Whether the database's disk takes no more. */
  readonly isFull: boolean;

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    this.isFull = fullCodes.includes(code);
  }
}

/** What kind of fault it is; a minor version may add kinds. */
export type ServiceErrorKind =
  /** Another program listens at the port. */
  | "port-in-use"
  /** The address is not this machine's, or the port is not allowed. */
  | "cannot-listen"
  /** The folder or SQLite's file cannot be made, read or written. */
  | "data-directory"
  /** PostgreSQL does not answer, or its tables cannot be brought up to date. */
  | "database"
  /** The key file cannot be read or written, or holds no key. */
  | "key-file"
  /** The database was made with another key. */
  | "wrong-key"
  /** The vendor's name is taken. */
  | "vendor-exists"
  /** No vendor has the name. */
  | "unknown-vendor"
  /** There are several vendors, and none was named. */
  | "which-vendor"
  /** The text cannot be a name. */
  | "malformed-name";

/** A fault that the operator of the service must see to. Its message is one line. */
export class ServiceError extends Error {
  /** "ServiceError". */
  override readonly name = "ServiceError";
  /** What kind of fault it is. */
  readonly kind: ServiceErrorKind;

  /** `options.cause`: the error behind it, if there is one. */
  constructor(kind: ServiceErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
