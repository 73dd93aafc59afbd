// From a request to its reply: path, method, caller, body, procedure, in this order. A body is
// read only for a caller that has been authorised, and only as far as that caller may fill memory.

import type { CallerKind, Place } from "../../protocol/procedures.js";
import { DatabaseUnreachable, Refusal, type RefusalCode } from "../errors.js";
import { type Holder, type Holding, MemoryBudget } from "../http/memory-budget.js";
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
  /** Who asked; undefined if that never became clear. */
  readonly holder?: Holder;
}

/** How far a request has come, also if it fails then. */
interface Progress {
  place?: Place;
  holder?: Holder;
}

export class Dispatcher {
  readonly #context: Context;
  readonly #router: Router;
  readonly #onError: (error: unknown) => void;
  readonly #memory: MemoryBudget;

  /** `onError`: of errors that are no refusals; the peer sees a 5xx. */
  constructor(context: Context, router: Router, onError: (error: unknown) => void) {
    this.#context = context;
    this.#router = router;
    this.#onError = onError;
    const { heldBytesMax, heldPerDeviceBytesMax } = context.limits;
    this.#memory = new MemoryBudget(heldBytesMax, heldPerDeviceBytesMax);
  }

  /** Never rejects. `onKey`: called as soon as the request has shown a live key, or got one. */
  async dispatch(request: Request, onKey: () => void): Promise<Outcome> {
    const progress: Progress = {};
    try {
      if (!request.hasHost) throw new Refusal("malformed-request");
      const match = this.#router.match(request.target.path);
      if (match === undefined) throw new Refusal("unknown-path");
      const { byMethod, names } = match;
      const siblings = byMethod.get(request.method);
      if (siblings === undefined) {
        const code = "unlisted-method";
        return { reply: refusalReply(code, { allow: [...byMethod.keys()] }), code, ...progress };
      }
      const reply = await this.#answer(siblings, request, names, progress, onKey);
      return { reply, ...progress };
    } catch (error) {
      if (!(error instanceof Refusal)) this.#onError(error);
      // What there is no room for is not taken off the wire either.
      else if (error.code === "overloaded") request.body.fail(error);
      request.body.leave();
      const code = codeOf(error);
      return { reply: refusalReply(code), code, ...progress };
    }
  }

  async #answer<Kind extends CallerKind, Takes extends Taken>(
    siblings: AnySiblings<Kind, Takes>,
    request: Request,
    names: ReadonlyMap<string, string>,
    progress: Progress,
    onKey: () => void,
  ): Promise<Reply> {
    const gate = callers[siblings.caller];
    const caller = await gate.admit(this.#context, request);
    progress.holder = gate.holder(caller, request);
    if (siblings.caller !== "anyone") onKey();
    const byteLengthMax = gate.bodyBytesMax(this.#context.limits, request);
    const holding = this.#memory.open(progress.holder);
    try {
      const taken = await this.#take[siblings.takes](request, names, byteLengthMax, holding);
      const procedure = siblings.procedures.find(({ applies }) => applies?.(taken) ?? true);
      if (procedure === undefined) throw new Refusal("unknown-keys");
      progress.place = procedure.place;
      if (procedure.reachesShared !== true && gate.isForeign?.(request, caller) === true) {
        throw new Refusal("not-shared");
      }
      const reply = await procedure.handle(this.#context, taken, caller);
      // What answers a POST without a key is an activation, or holds the key in its body.
      if (request.method === "POST" && reply.status === 200) onKey();
      return reply;
    } finally {
      holding.release();
    }
  }

  /** Takes of the body what a procedure needs of it; node:http discards what nobody reads. */
  readonly #take: {
    readonly [Takes in Taken]: (
      request: Request,
      names: ReadonlyMap<string, string>,
      byteLengthMax: number,
      holding: Holding,
    ) => Promise<Requests[Takes]>;
  } = {
    nothing: (request, names) => Promise.resolve(new RoutedRequest(request, names)),
    "whole body": async (request, names, byteLengthMax, holding) => {
      const { bodyTimeMs } = this.#context.limits;
      const hold = (byteLength: number): void => this.#hold(holding, byteLength);
      const content = await request.body.bytes(byteLengthMax, bodyTimeMs, hold);
      return new FilledRequest(request, names, content);
    },
    stream: (request, names, _byteLengthMax, holding) => {
      // What has come of an upload is held until a few pieces are together, and written.
      const hold = (received: number): void =>
        this.#hold(holding, Math.min(received, pieceBytes * piecesPerWrite));
      return Promise.resolve(new StreamedRequest(request, names, hold));
    },
  };

  /** Small bodies count for nothing. */
  #hold(holding: Holding, byteLength: number): void {
    if (byteLength > this.#context.limits.activationBytesMax) holding.need(byteLength);
  }
}

function codeOf(error: unknown): RefusalCode {
  if (error instanceof Refusal) return error.code;
  if (!(error instanceof DatabaseUnreachable)) return "internal";
  return error.isFull ? "storage-full" : "database-unreachable";
}
