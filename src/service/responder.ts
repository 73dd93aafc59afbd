// Takes each request through the dispatcher and its reply to the wire, and tells of it.

import type { Context } from "./api/context.js";
import { nowSeconds } from "./clock.js";
import type { Exchange } from "./http/pipeline.js";
import { Dispatcher, type Outcome } from "./api/dispatcher.js";
import { Refusal, type RefusalCode } from "./errors.js";
import { ErrorLog } from "./error-log.js";
import { type Holder, MemoryBudget } from "./http/memory-budget.js";
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
  readonly #onReply: ResponderOptions["onReply"];
  readonly #errors: ErrorLog;
  readonly #dispatcher: Dispatcher;
  /** What replies hold until the kernel has taken them, which a slow reader puts off. */
  readonly #queue: MemoryBudget;
  readonly #underWay = new Set<Promise<void>>();
  #second = -1;
  #date = "";

  constructor(context: Context, options: ResponderOptions) {
    this.#context = context;
    this.#onReply = options.onReply;
    this.#errors = new ErrorLog(options.log);
    const { queuedBytesMax, queuedPerDeviceBytesMax } = context.limits;
    this.#queue = new MemoryBudget(queuedBytesMax, queuedPerDeviceBytesMax);
    this.#dispatcher = new Dispatcher(context, new Router(procedures), (error) => {
      this.#errors.tell(error);
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
    this.#errors.flush();
  }

  async #answer(exchange: Exchange, isLast: () => boolean): Promise<void> {
    const { incoming, response, body, endpoints, showKey } = exchange;
    const startedAt = performance.now();
    const request = new Request(incoming, body, endpoints);
    const dispatched = await this.#dispatcher.dispatch(request, showKey);
    const queued = this.#queue.open(holderOf(dispatched, request));
    const outcome = queued.resize(queuedBytes(dispatched.reply)) ? dispatched : noRoom(dispatched);
    let bodyBytesSent = 0;
    try {
      // Closing on bytes that still arrive would reset the connection, and the reply with it.
      if (isLast()) await body.discard(this.#context.limits.discardTimeMs);
      const options = { date: this.date(), isLast: isLast() };
      bodyBytesSent = await send(response, outcome.reply, options);
    } catch (error) {
      if (!(error instanceof Refusal)) this.#errors.tell(error);
      response.destroy();
    } finally {
      queued.release();
    }
    const durationMs = performance.now() - startedAt;
    this.#record(replyRecord(request, outcome, bodyBytesSent, durationMs));
  }

  #record(record: ReplyRecord): void {
    try {
      this.#onReply?.(record);
    } catch (error) {
      this.#errors.tell(error);
    }
  }
}

function holderOf({ holder }: Outcome, { address }: Request): Holder {
  return holder ?? { name: address, isDevice: true };
}

/** A refusal in place of a reply that there is no room to queue. It needs none itself. */
function noRoom(outcome: Outcome): Outcome {
  const code = "overloaded";
  return { ...outcome, reply: refusalReply(code), code };
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
