// From a request to its reply: path, method, caller, body, procedure, in this order. A body is
// read only for a caller that has been authorised, and only as far as that caller may fill memory.

import type { Context } from "./context.js";
import {
  asVendor,
  authoriseClient,
  authoriseClientByCik,
  authoriseDevice,
  type Client,
  type Device,
  namesOtherVendor,
  type Vendor,
} from "./authorisation.js";
import { DatabaseUnreachable, Refusal, type RefusalCode } from "../errors.js";
import { pieceBytes, piecesPerWrite } from "../limits.js";
import { MemoryBudget } from "../http/memory-budget.js";
import type { CallerKind, Procedure } from "./procedure.js";
import { refusalReply, type Reply } from "../http/reply.js";
import type { Request } from "../http/request.js";
import type { Router } from "./router.js";

export interface Outcome {
  readonly reply: Reply;
  /** The procedure that answered; undefined if the request never got to one. */
  readonly procedure?: Procedure;
  /** Why the request was refused; undefined if it was not, or if the procedure says it itself. */
  readonly code?: RefusalCode;
}

export class Dispatcher {
  readonly #memory: MemoryBudget;

  constructor(
    private readonly context: Context,
    private readonly router: Router,
    /** Told of errors that are no refusals; the peer sees a 500, or a 503 without a database. */
    private readonly onError: (error: unknown) => void,
  ) {
    this.#memory = new MemoryBudget(context.limits.heldBytesMax);
  }

  /** Never rejects. */
  async dispatch(request: Request): Promise<Outcome> {
    let procedure: Procedure | undefined;
    try {
      if (request.lacksHost) throw new Refusal("malformed-request");
      const match = this.router.match(request.path);
      if (match === undefined) throw new Refusal("unknown-path");
      const { byMethod, caller } = match.route;
      const siblings = byMethod.get(request.method);
      if (siblings === undefined) {
        const code = "unlisted-method";
        return { reply: refusalReply(code, { allow: [...byMethod.keys()] }), code };
      }
      request.names = match.names;
      const authorised = await this.#authorise(caller, request);
      return await this.#memory.hold(this.#heldBytes(request, siblings), async () => {
        await this.#readBody(request, siblings);
        procedure = siblings.find(({ applies }) => applies === undefined || applies(request));
        if (procedure === undefined) throw new Refusal("unknown-keys");
        return { reply: await this.#call(procedure, request, authorised), procedure };
      });
    } catch (error) {
      if (!(error instanceof Refusal)) this.onError(error);
      // What there is no room for is not taken off the wire either.
      else if (error.code === "overloaded") request.body.fail(error);
      const code = codeOf(error);
      return { reply: refusalReply(code), code, ...(procedure !== undefined && { procedure }) };
    }
  }

  /** What the request takes of the memory that all share; small bodies count for nothing. */
  #heldBytes(request: Request, siblings: readonly Procedure[]): number {
    if (request.method === "GET") return 0;
    if (siblings.some(({ streams }) => streams === true)) return pieceBytes * piecesPerWrite;
    const byteLengthMax = this.#bodyBytesMax(siblings);
    const byteLength = Math.min(request.body.announcedBytes ?? byteLengthMax, byteLengthMax);
    return byteLength > this.context.limits.activationBytesMax ? byteLength : 0;
  }

  /** A GET's body is not looked at (S-05); node:http discards what nobody reads. */
  async #readBody(request: Request, siblings: readonly Procedure[]): Promise<void> {
    if (request.method === "GET" || siblings.some(({ streams }) => streams === true)) return;
    const byteLengthMax = this.#bodyBytesMax(siblings);
    request.content = await request.body.bytes(byteLengthMax, this.context.limits.bodyTimeMs);
  }

  #bodyBytesMax(siblings: readonly Procedure[]): number {
    const { activationBytesMax, tableBytesMax } = this.context.limits;
    const isKnown = siblings.every(({ caller }) => caller !== "anyone");
    return isKnown ? tableBytesMax : activationBytesMax;
  }

  async #authorise(kind: CallerKind, request: Request): Promise<Authorised> {
    switch (kind) {
      case "anyone":
        return {};
      case "device":
        return { device: await authoriseDevice(this.context, request) };
      case "vendor":
        return { vendor: asVendor(await authoriseClient(this.context, request)) };
      case "vendor-cik":
        return { vendor: asVendor(await authoriseClientByCik(this.context, request)) };
      case "client":
        return { client: await authoriseClient(this.context, request) };
      case "client-cik":
        return { client: await authoriseClientByCik(this.context, request) };
    }
  }

  #call(
    procedure: Procedure,
    request: Request,
    { device, vendor, client }: Authorised,
  ): Promise<Reply> {
    switch (procedure.caller) {
      case "anyone":
        return procedure.handle(this.context, request, undefined);
      case "device":
        return procedure.handle(this.context, request, present(device));
      case "vendor":
        if (procedure.reachesShared !== true && namesOtherVendor(request, present(vendor))) {
          throw new Refusal("not-shared");
        }
        return procedure.handle(this.context, request, present(vendor));
      case "vendor-cik":
        return procedure.handle(this.context, request, present(vendor));
      case "client":
      case "client-cik":
        return procedure.handle(this.context, request, present(client));
    }
  }
}

function codeOf(error: unknown): RefusalCode {
  if (error instanceof Refusal) return error.code;
  return error instanceof DatabaseUnreachable ? "database-unreachable" : "internal";
}

/** The caller of a path, as the path's kind of caller has it. */
interface Authorised {
  readonly device?: Device;
  readonly vendor?: Vendor;
  readonly client?: Client;
}

function present<Caller>(caller: Caller | undefined): Caller {
  if (caller === undefined) throw new Error("a procedure without its kind of caller");
  return caller;
}
