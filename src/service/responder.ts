// Takes each request through the dispatcher and its reply to the wire, and tells of it.

import type { Context } from "./api/context.js";
import { nowSeconds } from "./clock.js";
import type { Exchange } from "./http/pipeline.js";
import { Dispatcher, type Outcome } from "./api/dispatcher.js";
import { Refusal, type RefusalCode } from "./errors.js";
import { MemoryBudget } from "./http/memory-budget.js";
import { procedures } from "./procedures/index.js";
import { queuedBytes, refusalReply, send } from "./http/reply.js";
import { Request } from "./http/request.js";
import { Router } from "./api/router.js";

/** One reply, when it is out or its connection is gone. Holds no secret. */
export interface ReplyRecord {
  /** Of the API's 70; undefined for anything else, and for a request that got to none. */
  readonly procedure: number | undefined;
  /** As it was sent: any text. */
  readonly method: string;
  /** The request target, without the keys that it may carry. */
  readonly target: string;
  /** The IP address of the client; "" if the connection was gone. */
  readonly address: string;
  /** The HTTP status of the reply. */
  readonly status: number;
  /** Why, if the request was refused. */
  readonly code: RefusalCode | undefined;
  /** Body bytes that the kernel took; fewer than the body has if the peer went away. */
  readonly bodyBytesSent: number;
  /** From the end of the request's head to the end of the reply, in milliseconds. */
  readonly durationMs: number;
}

export interface ResponderOptions {
  /** Told of internal errors, with their stacks. */
  readonly log?: (line: string) => void;
  readonly onReply?: (record: ReplyRecord) => void;
}

export class Responder {
  readonly #context: Context;
  readonly #options: ResponderOptions;
  readonly #dispatcher: Dispatcher;
  /** What replies hold until the kernel has taken them, which a slow reader puts off. */
  readonly #queue: MemoryBudget;
  readonly #underWay = new Set<Promise<void>>();
  #second = -1;
  #date = "";

  constructor(context: Context, options: ResponderOptions) {
    this.#context = context;
    this.#options = options;
    this.#queue = new MemoryBudget(context.limits.queuedBytesMax);
    this.#dispatcher = new Dispatcher(context, new Router(procedures), (error) => {
      this.#logError(error);
    });
  }

  /** RFC 9110 section 5.6.7. Made once a second. */
  date(): string {
    const second = nowSeconds(this.#context.clock);
    if (second !== this.#second) {
      this.#second = second;
      this.#date = new Date(second * 1000).toUTCString();
    }
    return this.#date;
  }

  /** See PipelineOptions. */
  async answer(exchange: Exchange, isLast: () => boolean): Promise<void> {
    const answered = this.#answer(exchange, isLast);
    this.#underWay.add(answered);
    await answered;
    this.#underWay.delete(answered);
  }

  /** Resolves when no handler is at work: also those whose peer has gone away. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #answer(
    { incoming, response, body, endpoints }: Exchange,
    isLast: () => boolean,
  ): Promise<void> {
    const startedAt = performance.now();
    const request = new Request(incoming, body, endpoints);
    const outcome = this.#fitting(await this.#dispatcher.dispatch(request));
    let bodyBytesSent = 0;
    try {
      bodyBytesSent = await this.#queue.hold(queuedBytes(outcome.reply), async () => {
        // Closing on bytes that still arrive would reset the connection, and the reply with it.
        if (isLast()) await body.discard(this.#context.limits.discardTimeMs);
        return send(response, outcome.reply, { date: this.date(), isLast: isLast() });
      });
    } catch (error) {
      if (!(error instanceof Refusal)) this.#logError(error);
      response.destroy();
    }
    const durationMs = performance.now() - startedAt;
    this.#options.onReply?.(replyRecord(request, outcome, bodyBytesSent, durationMs));
  }

  /** The outcome, or a refusal if there is no room to queue its reply; a refusal needs none. */
  #fitting(outcome: Outcome): Outcome {
    if (this.#queue.hasRoom(queuedBytes(outcome.reply))) return outcome;
    const code = "overloaded";
    return { ...outcome, reply: refusalReply(code), code };
  }

  #logError(error: unknown): void {
    this.#options.log?.(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

function replyRecord(
  request: Request,
  { place, reply, code }: Outcome,
  bodyBytesSent: number,
  durationMs: number,
): ReplyRecord {
  const { method, address } = request;
  const target = request.target.logged;
  const procedure = place?.number;
  const { status } = reply;
  return { procedure, method, target, address, status, code, bodyBytesSent, durationMs };
}
