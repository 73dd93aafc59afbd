// What a procedure is to the service: its place in the API, and the handler that answers it.
//
// Procedures share URLs. Those of one method and path are tried in the order of the table, and
// the first that applies answers.

import type { Api } from "./api.js";
import type { Device, Vendor } from "./authorisation.js";
import type { Reply } from "./reply.js";
import type { Request } from "./request.js";

interface Description {
  /** Of the API's 70; undefined for what the API's documents do not list. */
  readonly number?: number;
  readonly title: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Segments that begin with a colon stand for a name. A slash at the end counts. */
  readonly path: string;
  /** The body is a blob that the handler reads as it comes. */
  readonly streams?: true;
  /** Whether the query or the form asks for this procedure and not for a sibling. */
  readonly applies?: (request: Request) => boolean;
}

/** A procedure, by who may call it. All those of one path have the same kind of caller. */
export type Procedure =
  | (Description & {
      readonly caller: "anyone";
      readonly handle: (api: Api, request: Request) => Promise<Reply>;
    })
  | (Description & {
      readonly caller: "device";
      readonly handle: (api: Api, request: Request, device: Device) => Promise<Reply>;
    })
  | (Description & {
      readonly caller: "vendor";
      readonly handle: (api: Api, request: Request, vendor: Vendor) => Promise<Reply>;
    });
