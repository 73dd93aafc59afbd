// Reads the responses of one connection, in the order of the requests: RFC 9112. Bytes go in as
// they arrive, events come out; no socket, no clock. The agent decides what the
// answers mean.
//
// A body is never gathered: its events are views of what was received. A response is accepted only
// if nobody could read its end differently; the first deviation ends the connection's use.

import { headBytesMax, interimResponsesMax } from "./limits.js";
import { ChunkedBody } from "./chunked-body.js";
import { HeadParser, type ResponseHead } from "./head-parser.js";
import { RemoteProtocolError } from "./protocol-error.js";
import { ReceiveBuffer } from "./receive-buffer.js";

export type { ResponseHead };

export type ResponseEvent =
  | { readonly type: "head"; readonly head: ResponseHead }
  /** At least one byte. The view holds until the caller touches what it gave to `receive`. */
  | { readonly type: "body"; readonly bytes: Uint8Array }
  /** Not reusable: the connection carries no further answer and is to be closed. */
  | { readonly type: "end"; readonly reusable: boolean };

export type RequestMethod = "GET" | "POST" | "HEAD";

/** Where the next byte belongs. `closed`: nothing that comes now is an answer. */
type State = "start" | "fields" | "skipping" | "length" | "chunked" | "until-close" | "closed";

export class ResponseReader {
  readonly #buffer = new ReceiveBuffer();
  readonly #head = new HeadParser();
  readonly #chunks = new ChunkedBody();
  /** Methods of the requests not yet answered, oldest first. The caller bounds how many. */
  readonly #expected: RequestMethod[] = [];
  #state: State = "start";
  #headBytes = 0;
  #interimResponses = 0;
  /** Bytes of the body still to come, in state `length`. */
  #remainingBytes = 0;
  #reusable = true;
  #hasEnded = false;
  #failure: RemoteProtocolError | undefined;

  /** A request was written: one more answer may come. */
  expect(method: RequestMethod): void {
    this.#expected.push(method);
  }

  /**
   * Hands in what arrived. The reader keeps the view, uncopied, until `next` has returned
   * undefined; handing in more before that is a bug and throws.
   */
  receive(bytes: Uint8Array): void {
    if (this.#failure === undefined && this.#state !== "closed") this.#buffer.receive(bytes);
  }

  /** The peer closed the connection, in order or not. */
  receiveEnd(): void {
    this.#hasEnded = true;
  }

  /**
   * The next event, or undefined: everything received is used up. Throws RemoteProtocolError if an
   * answer is not well formed, and the same error at every call from then on.
   */
  next(): ResponseEvent | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return this.#read() ?? (this.#hasEnded ? this.#readEnd() : undefined);
    } catch (error) {
      if (error instanceof RemoteProtocolError) {
        this.#failure = error;
        this.#buffer.discard();
      }
      throw error;
    }
  }

  #read(): ResponseEvent | undefined {
    switch (this.#state) {
      case "start":
      case "fields":
      case "skipping":
        return this.#readHead();
      case "length":
        return this.#readLength();
      case "chunked": {
        const bytes = this.#chunks.next(this.#buffer);
        if (bytes !== undefined) return { type: "body", bytes };
        return this.#chunks.isAtEnd ? this.#finish() : undefined;
      }
      case "until-close": {
        const bytes = this.#buffer.takeView(Infinity);
        return bytes && { type: "body", bytes };
      }
      case "closed":
        return undefined;
      default:
        return this.#state satisfies never;
    }
  }

  #readHead(): ResponseEvent | undefined {
    for (;;) {
      if (this.#state === "start") this.#skipEmptyLines();
      if (this.#state === "skipping" && !this.#skipLine()) return undefined;
      const length =
        this.#state === "fields" ? this.#buffer.takeLine(true) : this.#buffer.takeLine();
      if (length === undefined) return undefined;
      if (length === "too-long") {
        this.#head.parseLongLine(this.#buffer.line);
        this.#state = "skipping";
        continue;
      }
      this.#countHeadBytes(length + 2);
      if (this.#state === "start") {
        this.#head.parseStatusLine(this.#buffer.line, length);
        this.#state = "fields";
      } else if (length > 0) {
        this.#head.parseFieldLine(this.#buffer.line, length);
      } else if (this.#head.status < 200) {
        this.#passInterim();
      } else {
        this.#beginBody();
        return { type: "head", head: this.#head.toResponseHead() };
      }
    }
  }

  /**
   * RFC 9112 section 9.2: without a request outstanding, CRLFs may be discarded and nothing else
   * may come. With one outstanding they are discarded as well: whether a stray CRLF arrives just
   * before or just after the next request leaves must not matter.
   */
  #skipEmptyLines(): void {
    this.#countHeadBytes(2 * this.#buffer.skipEmptyLines());
    if (this.#expected.length === 0 && !this.#buffer.isEmpty) {
      throw new RemoteProtocolError(
        "unsolicited-response",
        "expected silence while no request is outstanding, got bytes",
      );
    }
  }

  /** Skips the rest of a field line that is too long, within the bound of the head. */
  #skipLine(): boolean {
    const room = headBytesMax - this.#headBytes;
    const hasEnded = this.#buffer.skipLine(room);
    if (hasEnded) {
      this.#countHeadBytes(this.#buffer.lineBytes);
      this.#state = "fields";
    } else if (this.#buffer.lineBytes >= room) this.#countHeadBytes(room + 1);
    return hasEnded;
  }

  #countHeadBytes(byteLength: number): void {
    this.#headBytes += byteLength;
    if (this.#headBytes > headBytesMax) {
      throw new RemoteProtocolError(
        "head-too-long",
        `expected a head of at most ${headBytesMax} bytes, got more`,
      );
    }
  }

  /** RFC 9110 section 15.2: an interim response has a head only; the final one follows. */
  #passInterim(): void {
    if (this.#head.status === 101) {
      throw new RemoteProtocolError(
        "switching-protocols",
        "expected HTTP/1.1 to go on, got 101 though no upgrade was asked for",
      );
    }
    this.#interimResponses++;
    if (this.#interimResponses > interimResponsesMax) {
      throw new RemoteProtocolError(
        "too-many-interim-responses",
        `expected at most ${interimResponsesMax} interim responses, got more`,
      );
    }
    this.#headBytes = 0;
    this.#state = "start";
  }

  /** Decides where the body ends: RFC 9112 section 6.3. */
  #beginBody(): void {
    const { status, isChunked, isVersion10, contentLength, closes, keepsAlive } = this.#head;
    this.#reusable = !closes && (!isVersion10 || keepsAlive);
    if (this.#expected[0] === "HEAD" || status === 204 || status === 304) {
      // Step 1: no body, whatever the fields say.
      this.#state = "length";
      this.#remainingBytes = 0;
    } else if (isChunked) {
      // Step 2 is about CONNECT, which is never sent.
      // Step 3: Transfer-Encoding would win; a sender that gives both is not to be trusted.
      if (contentLength !== undefined) {
        throw new RemoteProtocolError(
          "content-length-with-transfer-encoding",
          "expected Content-Length or Transfer-Encoding, got both",
        );
      }
      // Section 6.1: HTTP/1.0 has no transfer codings, so the framing is faulty.
      if (isVersion10) {
        throw new RemoteProtocolError(
          "transfer-encoding-in-http-1.0",
          "expected no Transfer-Encoding in a response of HTTP/1.0, got one",
        );
      }
      // Step 4: codings other than chunked were refused with their field.
      this.#state = "chunked";
      this.#chunks.begin();
    } else if (contentLength !== undefined) {
      // Step 5: an invalid or ambiguous Content-Length was refused with its field.
      // Step 6.
      this.#state = "length";
      this.#remainingBytes = contentLength;
    } else {
      // Step 7 is about requests.
      // Step 8: all that comes until the peer closes.
      this.#state = "until-close";
      this.#reusable = false;
    }
  }

  #readLength(): ResponseEvent | undefined {
    if (this.#remainingBytes === 0) return this.#finish();
    const bytes = this.#buffer.takeView(this.#remainingBytes);
    if (bytes === undefined) return undefined;
    this.#remainingBytes -= bytes.length;
    return { type: "body", bytes };
  }

  #finish(): ResponseEvent {
    this.#expected.shift();
    this.#interimResponses = 0;
    this.#headBytes = 0;
    if (this.#reusable) {
      this.#state = "start";
    } else {
      // RFC 9112 section 9.6: nothing behind a response that closes is an answer.
      this.#state = "closed";
      this.#buffer.discard();
    }
    return { type: "end", reusable: this.#reusable };
  }

  /** All bytes are used up and no more will come: RFC 9112 section 8. */
  #readEnd(): ResponseEvent | undefined {
    if (this.#state === "closed") return undefined;
    // The chip cannot tell an orderly end from a reset: whether such a body is whole is for its
    // reader to check.
    if (this.#state === "until-close") return this.#finish();
    if (this.#expected.length === 0) return undefined;
    const hasBegun =
      this.#state !== "start" || this.#interimResponses > 0 || this.#buffer.isWithinLine;
    throw hasBegun
      ? new RemoteProtocolError(
          "closed-within-response",
          "expected the rest of a response, got the end of the connection",
        )
      : new RemoteProtocolError(
          "closed-before-response",
          "expected a response, got the end of the connection",
        );
  }
}
