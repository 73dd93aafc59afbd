// What can go wrong between a vendor's tool and the service.

export type FleetErrorKind =
  /** No answer: refused, reset, no such host, timed out. */
  | "unreachable"
  /** 401: no key, or a wrong one. */
  | "unauthorized"
  /** 403: the key is good, but not for this. */
  | "forbidden"
  /** 404, or the 400 with which the API tells an unknown vendor and model. */
  | "not-found"
  /** 409: it exists already, or is in a state that forbids it. */
  | "conflict"
  /** Any other status that is not a success. */
  | "failed";

export class FleetError extends Error {
  override readonly name = "FleetError";
  readonly kind: FleetErrorKind;
  /** HTTP status; undefined if there was no answer. */
  readonly status: number | undefined;

  constructor(kind: FleetErrorKind, message: string, status?: number) {
    super(message);
    this.kind = kind;
    this.status = status;
  }
}

export function kindOfStatus(status: number): FleetErrorKind {
  if (status === 401) return "unauthorized";
  if (status === 403) return "forbidden";
  if (status === 400 || status === 404) return "not-found";
  return status === 409 ? "conflict" : "failed";
}
