// From a request to its reply: path, method, caller, body, procedure, in this order. A body is
// read only for a caller that has been authorised, and only as far as that caller may fill memory.

import type { CallerKind, Place } from "../../protocol/procedures.js";
import { DatabaseUnreachable, Refusal, type RefusalCode } from "../errors.js";
import { MemoryBudget } from "../http/memory-budget.js";
import { refusalReply, type Reply } from "../http/reply.js";
import type { Request } from "../http/request.js";
import { pieceBytes, piecesPerWrite } from "../limits.js";
import { callers } from "./callers.js";
import type { Context } from "./context.js";
import type { Requests, Taken } from "./procedure.js";
import { FilledRequest, RoutedRequest, StreamedRequest } from "./routed-request.js";
import type { AnySiblings, Router } from "./router.js";

export interface Outcome {
  readonly reply: Reply;
  /** Where the procedure is that answered; undefined if the request never got to one. */
  readonly place?: Place;
  /** Why the request was refused; undefined if it was not, or if the procedure says it itself. */
  readonly code?: RefusalCode;
}

export class Dispatcher {
  readonly #context: Context;
  readonly #router: Router;
  readonly #onError: (error: unknown) => void;
  readonly #memory: MemoryBudget;

  /**
   * `onError`: of errors that are no refusals; the peer sees a 500, or a 503 without a database.
   */
  constructor(context: Context, router: Router, onError: (error: unknown) => void) {
    this.#context = context;
    this.#router = router;
    this.#onError = onError;
    this.#memory = new MemoryBudget(context.limits.heldBytesMax);
  }

  /** Never rejects. */
  async dispatch(request: Request): Promise<Outcome> {
    const reached: { place?: Place } = {};
    try {
      if (request.lacksHost) throw new Refusal("malformed-request");
      const match = this.#router.match(request.target.path);
      if (match === undefined) throw new Refusal("unknown-path");
      const { byMethod, names } = match;
      const siblings = byMethod.get(request.method);
      if (siblings === undefined) {
        const code = "unlisted-method";
        return { reply: refusalReply(code, { allow: [...byMethod.keys()] }), code };
      }
      const reply = await this.#answer(
        siblings,
        request,
        names,
        (place) => (reached.place = place),
      );
      return { reply, ...reached };
    } catch (error) {
      if (!(error instanceof Refusal)) this.#onError(error);
      // What there is no room for is not taken off the wire either.
      else if (error.code === "overloaded") request.body.fail(error);
      const code = codeOf(error);
      return { reply: refusalReply(code), code, ...reached };
    }
  }

  async #answer<Kind extends CallerKind, Takes extends Taken>(
    siblings: AnySiblings<Kind, Takes>,
    request: Request,
    names: ReadonlyMap<string, string>,
    onReached: (place: Place) => void,
  ): Promise<Reply> {
    const { admit, isForeign } = callers[siblings.caller];
    const caller = await admit(this.#context, request);
    return this.#memory.hold(
      this.#heldBytes(siblings.caller, siblings.takes, request),
      async () => {
        const taken = await this.#take[siblings.takes](request, names, siblings.caller);
        const procedure = siblings.procedures.find(({ applies }) => applies?.(taken) ?? true);
        if (procedure === undefined) throw new Refusal("unknown-keys");
        onReached(procedure.place);
        if (procedure.reachesShared !== true && isForeign?.(request, caller) === true) {
          throw new Refusal("not-shared");
        }
        return procedure.handle(this.#context, taken, caller);
      },
    );
  }

  /** Takes of the body what a procedure needs of it; node:http discards what nobody reads. */
  readonly #take: {
    readonly [Takes in Taken]: (
      request: Request,
      names: ReadonlyMap<string, string>,
      caller: CallerKind,
    ) => Promise<Requests[Takes]>;
  } = {
    nothing: (request, names) => Promise.resolve(new RoutedRequest(request, names)),
    stream: (request, names) => Promise.resolve(new StreamedRequest(request, names)),
    "whole body": async (request, names, caller) => {
      const { bodyTimeMs } = this.#context.limits;
      const content = await request.body.bytes(this.#bodyBytesMax(caller), bodyTimeMs);
      return new FilledRequest(request, names, content);
    },
  };

  /** What the request takes of the memory that all share; small bodies count for nothing. */
  #heldBytes(caller: CallerKind, takes: Taken, { body }: Request): number {
    if (takes === "nothing") return 0;
    if (takes === "stream") return pieceBytes * piecesPerWrite;
    const byteLengthMax = this.#bodyBytesMax(caller);
    const byteLength = Math.min(body.announcedBytes ?? byteLengthMax, byteLengthMax);
    return byteLength > this.#context.limits.activationBytesMax ? byteLength : 0;
  }

  #bodyBytesMax(caller: CallerKind): number {
    const { activationBytesMax, tableBytesMax } = this.#context.limits;
    return caller === "anyone" ? activationBytesMax : tableBytesMax;
  }
}

function codeOf(error: unknown): RefusalCode {
  if (error instanceof Refusal) return error.code;
  return error instanceof DatabaseUnreachable ? "database-unreachable" : "internal";
}
