// One ranged request in flight and its answer. Holds nothing but the range; what comes goes to
// the download.

import type { HttpRequest } from "../../http/request-writer.js";
import type { ResponseHead } from "../../http/head-parser.js";
import type { ConnectionFailure, Exchange } from "../exchange.js";
import type { ByteSpan } from "./range-plan.js";

export interface RangeReceiver {
  onRangeHead(exchange: RangeExchange, head: ResponseHead): void;
  onRangeBody(exchange: RangeExchange, bytes: Uint8Array): void;
  onRangeEnd(exchange: RangeExchange): void;
  onRangeFailure(exchange: RangeExchange, failure: ConnectionFailure): void;
}

export class RangeExchange implements Exchange {
  readonly request: HttpRequest;
  readonly pipelined = true;
  readonly span: ByteSpan;
  /** Tells requests of an earlier try from those of this one. */
  readonly attempt: number;
  readonly #receiver: RangeReceiver;

  constructor(request: HttpRequest, span: ByteSpan, attempt: number, receiver: RangeReceiver) {
    this.request = request;
    this.span = span;
    this.attempt = attempt;
    this.#receiver = receiver;
  }

  onHead(head: ResponseHead): void {
    this.#receiver.onRangeHead(this, head);
  }

  onBody(bytes: Uint8Array): void {
    this.#receiver.onRangeBody(this, bytes);
  }

  onEnd(): void {
    this.#receiver.onRangeEnd(this);
  }

  onFailure(failure: ConnectionFailure): void {
    this.#receiver.onRangeFailure(this, failure);
  }
}
