// One keep-alive HTTP/1.1 connection to the service: opens itself when there is something to send,
// keeps several requests in flight, matches answers in order, repeats what a peer that closed in
// good order left unanswered (RFC 9112 section 9.3.2), and what may be repeated of that which a peer
// left that closed without a word (section 9.3.1). It knows bytes and time, not what they mean.
//
//   send -> [waiting] -> written to the socket -> [written] -> head, body views, end
//
// A failure ends every exchange at hand, oldest first, with its kind; whether to try again is the
// caller's to decide.

import { RemoteProtocolError } from "../http/protocol-error.js";
import { writeRequest } from "../http/request-writer.js";
import { ResponseReader } from "../http/response-reader.js";
import type { Platform } from "../ports/platform.js";
import type { TCP, TCPOptions } from "../ports/tcp.js";
import { receiveBytes } from "./limits.js";
import { ConnectionTimes, type ConnectionPhase } from "./connection-times.js";
import type { Pipelining } from "./pipelining.js";
import type { ConnectionObserver, Exchange, FailureKind } from "./exchange.js";

/** What it needs of the world. */
type Network = Pick<Platform, "clock" | "connect" | "resolve" | "timer">;

export class Connection {
  readonly #network: Network;
  readonly #host: string;
  readonly #port: number;
  readonly #pipelining: Pipelining;
  readonly #observer: ConnectionObserver;
  readonly #buffer = new Uint8Array(receiveBytes);
  #phase: ConnectionPhase = "closed";
  #reader: ResponseReader | undefined;
  #socket: TCP | undefined;
  /** Changes whenever the socket does: a late callback of an old one is told by it. */
  #generation = 0;
  #waiting: Exchange[] = [];
  #written: Exchange[] = [];
  #writableBytes = 0;
  /** Whole answers that the connection at hand has given. */
  #answers = 0;
  readonly #times: ConnectionTimes;

  constructor(
    network: Network,
    host: string,
    port: number,
    pipelining: Pipelining,
    observer: ConnectionObserver = {},
  ) {
    this.#network = network;
    this.#host = host;
    this.#port = port;
    this.#pipelining = pipelining;
    this.#observer = observer;
    this.#times = new ConnectionTimes(network, pipelining);
  }

  /** No callback of `exchange` is called before this returns. */
  send(exchange: Exchange): void {
    if (!this.#owes) this.#times.begin();
    this.#waiting.push(exchange);
    this.#pump();
  }

  /** How many requests more may usefully be sent now. */
  get room(): number {
    return Math.max(0, this.#pipelining.depth - this.#written.length - this.#waiting.length);
  }

  /** Closes like `close`, because an answer was not the one that was asked for. */
  abandon(): void {
    this.#pipelining.noteFault(this.#written.length);
    this.close();
  }

  /** Closes the socket and forgets every exchange; none of their callbacks is called again. */
  close(): void {
    this.#drop();
    this.#written = [];
    this.#waiting = [];
  }

  #pump(): void {
    if (this.#phase === "closed") {
      if (this.#waiting.length > 0) this.#open();
      return;
    }
    while (this.#phase === "open" && this.#waiting.length > 0) {
      if (!this.#writeNext()) return;
    }
  }

  /** Writes the first waiting request if it may go now. */
  #writeNext(): boolean {
    const exchange = this.#waiting[0];
    const oldest = this.#written[0];
    if (exchange === undefined || !this.#socket || !this.#reader) return false;
    if (oldest !== undefined) {
      const pipelined = exchange.pipelined && oldest.pipelined;
      if (!pipelined || this.#written.length >= this.#pipelining.depth) return false;
    }
    const bytes = writeRequest(exchange.request);
    if (bytes.length > this.#writableBytes || !this.#tryWrite(this.#socket, bytes)) return false;
    this.#reader.expect(exchange.request.method);
    this.#times.ask(oldest === undefined);
    this.#written.push(exchange);
    this.#waiting.shift();
    this.#observer.requested?.();
    return true;
  }

  /** False if the peer has ended the connection, which `onError` will tell after the last byte. */
  #tryWrite(socket: TCP, bytes: Uint8Array): boolean {
    try {
      socket.write(bytes);
      this.#writableBytes -= bytes.length;
      return true;
    } catch {
      this.#writableBytes = 0;
      return false;
    }
  }

  /** Requests are unanswered, or wait to be written. */
  get #owes(): boolean {
    return this.#written.length > 0 || this.#waiting.length > 0;
  }

  #open(): void {
    this.#phase = "resolving";
    this.#times.begin();
    const generation = ++this.#generation;
    this.#startWatch();
    this.#network.resolve(this.#host, (address) => {
      if (generation !== this.#generation) return;
      if (address === undefined) this.#fail("unresolved", `${this.#host} has no address`);
      else this.#connect(address);
    });
  }

  #connect(address: string): void {
    this.#phase = "connecting";
    this.#times.begin();
    this.#reader = new ResponseReader();
    this.#writableBytes = 0;
    this.#answers = 0;
    const generation = this.#generation;
    const options: TCPOptions = {
      address,
      host: this.#host,
      port: this.#port,
      onReadable: (byteLength) => {
        if (generation === this.#generation) this.#onReadable(byteLength);
      },
      onWritable: (byteLength) => {
        if (generation === this.#generation) this.#onWritable(byteLength);
      },
      onError: (reason) => {
        if (generation === this.#generation) this.#onError(reason);
      },
    };
    try {
      this.#socket = this.#network.connect(options);
    } catch {
      // A resolver's answer is the network's word, not ours.
      this.#fail("unreachable", `${this.#host} has the address ${address}, which is none`);
    }
  }

  #onWritable(byteLength: number): void {
    if (this.#phase === "connecting") {
      this.#phase = "open";
      this.#times.begin();
      this.#observer.connected?.();
    }
    this.#writableBytes = byteLength;
    this.#pump();
  }

  #onReadable(byteLength: number): void {
    const generation = this.#generation;
    const reader = this.#reader;
    this.#times.hear();
    let unread = byteLength;
    while (unread > 0 && reader !== undefined && this.#socket !== undefined) {
      const length = Math.min(unread, this.#buffer.length);
      const view = length === this.#buffer.length ? this.#buffer : this.#buffer.subarray(0, length);
      this.#socket.read(view);
      unread -= length;
      reader.receive(view);
      this.#drain(reader);
      if (generation !== this.#generation) return;
    }
    this.#pump();
  }

  /** Takes events out of the reader until it needs more, or the socket is another. */
  #drain(reader: ResponseReader): void {
    const generation = this.#generation;
    try {
      for (;;) {
        const event = reader.next();
        const exchange = this.#written[0];
        if (event === undefined || exchange === undefined) return;
        if (event.type === "head") {
          this.#times.beginAnswer();
          exchange.onHead(event.head);
        } else if (event.type === "body") exchange.onBody(event.bytes);
        else this.#endAnswer(exchange, event.reusable);
        if (generation !== this.#generation) return;
      }
    } catch (error) {
      if (!(error instanceof RemoteProtocolError)) throw error;
      if (this.#written.length === 0) this.#endUnowed();
      else if (error.kind === "closed-before-response") this.#loseUnbegun();
      else if (error.kind === "closed-within-response") this.#lose();
      else this.#fail("protocol", error.message);
    }
  }

  #endAnswer(exchange: Exchange, reusable: boolean): void {
    this.#written.shift();
    this.#answers += 1;
    this.#times.endAnswer();
    // The peer will answer nothing more: what it has not answered goes out again.
    if (!reusable) this.#requeue();
    exchange.onEnd();
    if (!reusable) this.#pump();
  }

  #onError(reason: string | undefined): void {
    const generation = this.#generation;
    if (this.#phase === "connecting") {
      const why = reason ?? `${this.#host}:${this.#port} refuses the connection`;
      this.#fail("unreachable", why);
      return;
    }
    if (this.#reader !== undefined) {
      this.#reader.receiveEnd();
      this.#drain(this.#reader); // The end may be what a body waited for.
    }
    if (generation !== this.#generation) return;
    if (this.#written.length === 0) this.#endUnowed();
    else this.#lose();
  }

  /**
   * The connection is over while no answer is missing: what waits opens another. But only after an
   * answer, so that a peer that takes connections and no requests is not met again and again.
   */
  #endUnowed(): void {
    if (this.#waiting.length > 0 && this.#answers === 0) {
      this.#lose();
    } else {
      this.#drop();
      this.#pump();
    }
  }

  /**
   * The connection ended before a byte of the oldest answer. A peer that has answered others on it
   * may just have closed, without saying so: what is safe to ask twice is asked once more.
   */
  #loseUnbegun(): void {
    const isSafe = this.#written.every(({ request }) => request.method === "GET");
    if (this.#answers === 0 || !isSafe) {
      this.#lose();
      return;
    }
    this.#pipelining.noteFault(this.#written.length);
    this.#requeue();
    this.#pump();
  }

  /** Drops the socket; what was written and has no answer waits for the next one. */
  #requeue(): void {
    this.#drop();
    this.#waiting = [...this.#written, ...this.#waiting];
    this.#written = [];
  }

  #lose(): void {
    this.#fail("lost", "the connection ended with an answer missing");
  }

  #fail(kind: FailureKind, message: string): void {
    this.#pipelining.noteFault(this.#written.length);
    this.#drop();
    const failed = [...this.#written, ...this.#waiting];
    this.#written = [];
    this.#waiting = [];
    for (const exchange of failed) exchange.onFailure({ kind, message });
  }

  #drop(): void {
    this.#generation += 1;
    this.#phase = "closed";
    this.#socket?.close();
    this.#socket = undefined;
    this.#reader = undefined;
    this.#times.unwatch();
  }

  #startWatch(): void {
    const generation = this.#generation;
    this.#times.watch(() => {
      if (generation === this.#generation) this.#checkTime();
      return generation === this.#generation;
    });
  }

  #checkTime(): void {
    const inFlight = this.#written.length;
    const kind = this.#times.expired(this.#phase, this.#owes, inFlight);
    if (kind === "unresolved") this.#fail(kind, `no answer to the name ${this.#host}`);
    else if (kind === "unreachable") {
      this.#fail(kind, `${this.#host}:${this.#port} does not answer`);
    } else if (kind === "silent") this.#fail(kind, "no byte of an answer in time");
    else if (kind === "endless") this.#fail("silent", "an answer takes too long");
  }
}
