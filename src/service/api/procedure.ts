// What a procedure is to the service: its place in the API, and the handler that answers it.
//
// Procedures share places. Those of one method and path are tried in the order of the table, and
// the first that applies answers.
//
// A handler's parameters follow from its place: the caller from the kind of key, the request from
// method and path. So the compiler knows that it reads only what is there.

import type { CallerKind, Method, NamesOf, Place } from "../../protocol/procedures.js";
import type { Reply } from "../http/reply.js";
import type { Client, Device, Vendor } from "./authorisation.js";
import type { Context } from "./context.js";
import type { FilledRequest, RoutedRequest, StreamedRequest } from "./routed-request.js";

/** What a procedure knows of its caller, by whose key it takes. */
export interface Callers {
  anyone: undefined;
  device: Device;
  vendor: Vendor;
  "vendor-cik": Vendor;
  client: Client;
  "client-cik": Client;
}

/** What a procedure knows of a request, by what it takes of the body. */
export interface Requests<Name extends string = string> {
  nothing: RoutedRequest<Name>;
  "whole body": FilledRequest<Name>;
  stream: StreamedRequest<Name>;
}

export type Taken = keyof Requests;

/** How a procedure answers a request for its place. */
interface Answer<Kind extends CallerKind, Takes extends Taken, Name extends string> {
  /** X-Exosite-Vendor may send it to a model that another vendor shares (S-20). */
  readonly reachesShared?: true;
  /** Whether the query or the form asks for this procedure and not for one of the same place. */
  readonly applies?: (request: Requests<Name>[Takes]) => boolean;
  readonly handle: (
    context: Context,
    request: Requests<Name>[Takes],
    caller: Callers[Kind],
  ) => Promise<Reply>;
}

export interface ProcedureOf<Kind extends CallerKind, Takes extends Taken> extends Answer<
  Kind,
  Takes,
  string
> {
  readonly place: Place;
  readonly caller: Kind;
  readonly takes: Takes;
}

/** Any procedure. All those of one place have the same kind of caller, and take the same. */
export type Procedure = {
  [Kind in CallerKind]: { [Takes in Taken]: ProcedureOf<Kind, Takes> }[Taken];
}[CallerKind];

/** A GET's body is not looked at (S-05). */
type TakenBy<Verb extends Method> = Verb extends "GET" ? "nothing" : "whole body";

/** A procedure whose body, if its method has one, is gathered before it is asked. */
export function procedure<
  const Kind extends CallerKind,
  const Verb extends Method,
  const Path extends string,
>(
  place: Place & { readonly caller: Kind; readonly method: Verb; readonly path: Path },
  answer: Answer<Kind, TakenBy<Verb>, NamesOf<Path>>,
): ProcedureOf<Kind, TakenBy<Verb>> {
  const takes = (place.method === "GET" ? "nothing" : "whole body") as TakenBy<Verb>;
  return { ...answer, place, caller: place.caller, takes };
}

/** A procedure that reads its body as it comes. */
export function streamingProcedure<const Kind extends CallerKind, const Path extends string>(
  place: Place & { readonly caller: Kind; readonly path: Path },
  answer: Answer<Kind, "stream", NamesOf<Path>>,
): ProcedureOf<Kind, "stream"> {
  return { ...answer, place, caller: place.caller, takes: "stream" };
}
