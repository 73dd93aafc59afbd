// One connection: its requests are worked on one after the other and answered in order, however
// many a peer pipelines (RFC 9112 section 9.3.2). Memory is bounded: with too many waiting, the
// socket is not read.
//
// After the reply that says `Connection: Close` nothing more is worked on (section 9.6). When
// node:http's parser gives up, what came before is answered first, then the refusal, then the end.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Refusal } from "../errors.js";
import type { ServiceLimits } from "../limits.js";
import type { Endpoints } from "./proxy-line.js";
import { rawRefusal } from "./reply.js";
import { RequestBody } from "./request-body.js";

export interface Exchange {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: RequestBody;
  /** Whose connection it is, and where it came in. */
  readonly endpoints: Endpoints;
  /** To be called when a request has shown a live key. */
  readonly showKey: () => void;
}

export interface PipelineOptions {
  readonly limits: ServiceLimits;
  /** Requests answered on one connection, the last with `Connection: Close`; 0: any number. */
  readonly requestsMax: number;
  readonly endpoints: Endpoints;
  /** Called, perhaps more than once, when a request of the connection has shown a live key. */
  readonly onKey: () => void;
  /** The Date field of now. */
  readonly date: () => string;
  /**
   * Answers one request; the reply says Close if `isLast` is true when it leaves. Never rejects;
   * resolves when the reply is out or the connection is gone.
   */
  readonly answer: (exchange: Exchange, isLast: () => boolean) => Promise<void>;
}

export class Pipeline {
  readonly #socket: Socket;
  readonly #options: PipelineOptions;
  #waiting: Exchange[] = [];
  /** The request being answered. */
  #current: Exchange | undefined;
  #isPausing = false;
  #received = 0;
  /** No further request is taken. */
  #isClosing = false;
  /** What is to be said after the last reply. */
  #refusal: Refusal | undefined;

  constructor(socket: Socket, options: PipelineOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  /** Takes a request in. One that comes after the last is dropped: its sender was told. */
  accept(incoming: IncomingMessage, response: ServerResponse): void {
    if (this.#isClosing) return;
    this.#received++;
    const { requestsMax, limits, endpoints, onKey } = this.#options;
    this.#isClosing = !response.shouldKeepAlive || this.#received === requestsMax;
    const body = new RequestBody(incoming);
    this.#waiting.push({ incoming, response, body, endpoints, showKey: onKey });
    if (this.#waiting.length >= limits.waitingRequestsMax) this.#pause();
    if (this.#current === undefined) void this.#answerAll();
  }

  /** The parser cannot go on: garbage, a head too large, a sender too slow. */
  refuse(refusal: Refusal): void {
    const last = this.#waiting.at(-1) ?? this.#current;
    const isInBody = last !== undefined && !last.body.isComplete;
    if (isInBody) last.body.fail(refusal);
    else if (!this.#isClosing) this.#refusal = refusal;
    this.#isClosing = true;
    if (last === undefined) this.#end();
  }

  /** Ends after the reply in flight; at once if there is none. What waits is not answered. */
  close(): void {
    this.#isClosing = true;
    this.#waiting = [];
    if (this.#current === undefined) this.#end();
  }

  async #answerAll(): Promise<void> {
    const resumeAt = Math.floor(this.#options.limits.waitingRequestsMax / 2);
    for (;;) {
      const exchange = this.#socket.destroyed ? undefined : this.#waiting.shift();
      this.#current = exchange;
      if (exchange === undefined) break;
      if (this.#waiting.length === resumeAt) this.#socket.resume();
      await this.#options.answer(exchange, () => this.#isLast(exchange));
      if (exchange.body.isBrokenOff) this.#isClosing = true;
    }
    if (this.#isClosing) this.#end();
  }

  #isLast({ body }: Exchange): boolean {
    if (body.isBrokenOff) return true;
    return this.#isClosing && this.#waiting.length === 0 && this.#refusal === undefined;
  }

  /** node:http reads on after each message it has parsed, so only after this batch it can pause. */
  #pause(): void {
    if (this.#isPausing) return;
    this.#isPausing = true;
    process.nextTick(() => {
      this.#isPausing = false;
      if (this.#waiting.length >= this.#options.limits.waitingRequestsMax) this.#socket.pause();
    });
  }

  /** Says the refusal, if any, and closes. */
  #end(): void {
    const socket = this.#socket;
    if (this.#refusal !== undefined && socket.writable) {
      socket.write(rawRefusal(this.#refusal.code, this.#options.date()));
    }
    socket.destroySoon();
  }
}
