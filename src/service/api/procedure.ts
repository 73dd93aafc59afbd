// What a procedure is to the service: its place in the API, and the handler that answers it.
//
// Procedures share URLs. Those of one method and path are tried in the order of the table, and
// the first that applies answers.

import type { Context } from "./context.js";
import type { Client, Device, Vendor } from "./authorisation.js";
import type { Reply } from "../http/reply.js";
import type { Request } from "../http/request.js";

interface Description {
  /** Of the API's 70; undefined for what the API's documents do not list. */
  readonly number?: number;
  readonly title: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Segments that begin with a colon stand for a name. A slash at the end counts. */
  readonly path: string;
  /** The body is a blob that the handler reads as it comes. */
  readonly streams?: true;
  /** X-Exosite-Vendor may send it to a model that another vendor shares (S-20). */
  readonly reachesShared?: true;
  /** Whether the query or the form asks for this procedure and not for a sibling. */
  readonly applies?: (request: Request) => boolean;
}

/** What a procedure of each kind of caller is told of the caller. */
interface Callers {
  anyone: undefined;
  /** The CIK of a live client, by which a device shows itself. */
  device: Device;
  /** A vendor's token or CIK. */
  vendor: Vendor;
  /** A vendor's CIK; a token does not do (S-16). */
  "vendor-cik": Vendor;
  /** The token or CIK of any live client. */
  client: Client;
  /** The CIK of any live client. */
  "client-cik": Client;
}

export type CallerKind = keyof Callers;

/** A procedure, by who may call it. All those of one path have the same kind of caller. */
export type Procedure = {
  [Kind in CallerKind]: Description & {
    readonly caller: Kind;
    readonly handle: (context: Context, request: Request, caller: Callers[Kind]) => Promise<Reply>;
  };
}[CallerKind];
