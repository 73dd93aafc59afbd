// What can go wrong between a vendor's tool and the service. Messages are one line and hold no
// secret: they may be shown and logged.

/** What kind of failure it was; a new minor version may add kinds. */
export type ClientErrorKind =
  /** Not sent: a name, key or file that the API cannot take. */
  | "invalid"
  /** No answer: refused, reset, no such host, timed out. Whether it was done is not known. */
  | "unreachable"
  /** Status 401: no key, or a wrong one. */
  | "unauthorized"
  /** Status 403: the key is good, but not for this. */
  | "forbidden"
  /** Status 404, or the 400 with which the API tells an unknown vendor and model. */
  | "not-found"
  /** Status 409: it exists already, or is in a state that forbids it. */
  | "conflict"
  /** Status 412: it must have been enabled before. */
  | "never-enabled"
  /** An answer that is none of this API's: unreadable rows, a redirection, too many bytes. */
  | "unexpected-answer"
  /** Any other status that is not a success. */
  | "failed";

/**
 * A request that the service did not answer with success. Its message is one line, without secrets.
 */
export class ClientError extends Error {
  /** "ClientError". */
  override readonly name = "ClientError";
  /** What kind of failure it was. */
  readonly kind: ClientErrorKind;
  /** HTTP status; undefined if there was no answer. */
  readonly status: number | undefined;

  /** `status`: the HTTP status of the answer, if there was one. */
  constructor(kind: ClientErrorKind, message: string, status?: number) {
    super(message);
    this.kind = kind;
    this.status = status;
  }
}

const refusals: Readonly<Record<number, readonly [kind: ClientErrorKind, sentence: string]>> = {
  400: ["not-found", "no such model, or a value the service does not take"],
  401: ["unauthorized", "the service does not know the key"],
  403: ["forbidden", "the key does not allow it"],
  404: ["not-found", "there is no such thing"],
  409: ["conflict", "it exists already, or its state forbids it"],
  412: ["never-enabled", "the serial has never been enabled"],
  413: ["failed", "it is larger than the service takes"],
  416: ["failed", "the content has no such bytes"],
  503: ["failed", "the service is overloaded, try again later"],
  507: ["failed", "the disk of the service is full"],
};

/** What each status means for one procedure, where that is more than it means for all. */
export type Meanings = Readonly<Partial<Record<number, string>>>;

/** The error of an answer that is no success. `action`: what was asked, "create model lamp". */
export function refusal(action: string, status: number, meanings: Meanings = {}): ClientError {
  const [kind, sentence] = refusals[status] ?? ["failed", "the service failed"];
  const meaning = meanings[status] ?? sentence;
  if (status >= 300 && status < 400) {
    return new ClientError("unexpected-answer", `cannot ${action}: redirected (${status})`, status);
  }
  return new ClientError(kind, `cannot ${action}: ${meaning} (${status})`, status);
}
