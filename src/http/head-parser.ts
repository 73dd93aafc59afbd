// The head of one response, line by line: status line (RFC 9112 section 4) and the fields that
// decide where the body ends, whether the connection stays open, and what the agent acts on. Other
// fields are checked and forgotten; a name is compared as bytes, so they cost no string.

import { isDigit } from "../protocol/ascii.js";
import { headerFieldsMax } from "./limits.js";
import { FieldLine } from "./field-line.js";
import { byteAt, carriageReturn, checkText, decimal, space, startsWith } from "./grammar.js";
import { RemoteProtocolError } from "./protocol-error.js";

/** What a response head says. Values are read as UTF-8; of a repeated field the first is kept. */
export interface ResponseHead {
  /** 200 to 599. */
  readonly status: number;
  /** Bytes. Present does not mean that a body follows: see HEAD, 204 and 304. */
  readonly contentLength: number | undefined;
  readonly contentRange: string | undefined;
  readonly contentType: string | undefined;
  /** The first content coding (RFC 9110 section 8.4) other than "identity". */
  readonly contentCoding: string | undefined;
  readonly retryAfter: string | undefined;
  /** Of an answer that is no success: what `retryAfter` may have to be compared with. */
  readonly date: string | undefined;
  readonly location: string | undefined;
  /** Field lines of no interest that were too long to be read. */
  readonly skippedLines: number;
}

const namesOfInterest: readonly string[] = Object.freeze([
  "date",
  "location",
  "connection",
  "retry-after",
  "content-type",
  "content-range",
  "content-length",
  "content-encoding",
  "transfer-encoding",
]);

const protocol = "HTTP/1.";
const reasonStart = "HTTP/1.1 200 ".length;

export class HeadParser {
  status = 0;
  /** HTTP/1.0 has no chunks, and closes unless a field says otherwise. */
  isVersion10 = false;
  contentLength: number | undefined;
  isChunked = false;
  closes = false;
  keepsAlive = false;
  #contentRange: string | undefined;
  #contentType: string | undefined;
  #retryAfter: string | undefined;
  #location: string | undefined;
  #contentCoding: string | undefined;
  #date: string | undefined;
  #skippedLines = 0;
  #fieldCount = 0;
  readonly #field = new FieldLine();

  /** Begins a head with its status line, of `length` bytes. */
  parseStatusLine(line: Uint8Array, length: number): void {
    const minor = byteAt(line, protocol.length);
    const status = decimal(line, reasonStart - 4, reasonStart - 1) ?? 0;
    // Some servers leave out the reason phrase with the blank before it; nobody needs either.
    const hasReason = length > reasonStart - 1;
    if (
      length < reasonStart - 1 ||
      !startsWith(line, length, protocol) ||
      !isDigit(minor) ||
      line[protocol.length + 1] !== space ||
      status < 100 ||
      status > 599 ||
      (hasReason && line[reasonStart - 1] !== space)
    ) {
      throw new RemoteProtocolError("status-line", "expected a status line like HTTP/1.1 200 OK");
    }
    checkText(line, reasonStart, length);
    this.status = status;
    // RFC 9110 section 2.5: a higher minor version is treated as the highest one known.
    this.isVersion10 = minor === 0x30;
    this.contentLength = undefined;
    this.isChunked = false;
    this.closes = false;
    this.keepsAlive = false;
    this.#contentRange = undefined;
    this.#contentType = undefined;
    this.#retryAfter = undefined;
    this.#location = undefined;
    this.#contentCoding = undefined;
    this.#date = undefined;
    this.#skippedLines = 0;
    this.#fieldCount = 0;
  }

  /**
   * Takes in the beginning of a field line that is too long. Its rest may be skipped if the agent
   * has no interest in it; otherwise this throws.
   */
  parseLongLine(line: Uint8Array): void {
    this.#countField();
    const field = this.#field;
    field.parseName(line, line.length);
    // A CR at the very end may be that of the CRLF.
    const last = line.length - 1;
    checkText(line, field.nameEnd + 1, line[last] === carriageReturn ? last : line.length);
    if (namesOfInterest.some((name) => field.nameIs(line, name))) {
      throw new RemoteProtocolError(
        "line-too-long",
        `expected a line of at most ${line.length} bytes, got more`,
      );
    }
    this.#skippedLines++;
  }

  /** Takes in one field line, of `length` bytes. */
  parseFieldLine(line: Uint8Array, length: number): void {
    this.#countField();
    const field = this.#field;
    field.parse(line, length);
    // The names of interest differ in length: one comparison decides.
    switch (field.nameEnd) {
      case 4:
        if (this.#isFailure && field.nameIs(line, "date")) this.#date ??= field.value(line);
        return;
      case 8:
        if (field.nameIs(line, "location")) this.#location ??= field.value(line);
        return;
      case 10:
        if (field.nameIs(line, "connection")) this.#parseConnection(line);
        return;
      case 11:
        if (field.nameIs(line, "retry-after")) this.#retryAfter ??= field.value(line);
        return;
      case 12:
        if (field.nameIs(line, "content-type")) this.#contentType ??= field.value(line);
        return;
      case 13:
        if (field.nameIs(line, "content-range")) this.#parseContentRange(line);
        return;
      case 14:
        if (field.nameIs(line, "content-length")) this.#parseContentLength(line);
        return;
      case 16:
        if (field.nameIs(line, "content-encoding")) this.#parseContentEncoding(line);
        return;
      case 17:
        if (field.nameIs(line, "transfer-encoding")) this.#parseTransferEncoding(line);
        return;
    }
  }

  get #isFailure(): boolean {
    return this.status >= 300;
  }

  #countField(): void {
    this.#fieldCount++;
    if (this.#fieldCount > headerFieldsMax) {
      throw new RemoteProtocolError(
        "too-many-fields",
        `expected at most ${headerFieldsMax} fields, got more`,
      );
    }
  }

  /** RFC 9110 section 8.4: "identity" is no coding, wherever it stands. */
  #parseContentEncoding(line: Uint8Array): void {
    const field = this.#field;
    while (field.nextElement(line)) {
      if (!field.elementIs(line, "identity") && !field.elementIs(line, "")) {
        this.#contentCoding ??= field.element(line);
      }
    }
  }

  /** RFC 9112 section 9.3. */
  #parseConnection(line: Uint8Array): void {
    const field = this.#field;
    while (field.nextElement(line)) {
      if (field.elementIs(line, "close")) this.closes = true;
      else if (field.elementIs(line, "keep-alive")) this.keepsAlive = true;
    }
  }

  /**
   * RFC 9112 section 6.3 step 5: a list of equal numbers counts as one of them, in one field or in
   * several. An empty element is refused: no sender has a reason to write one.
   */
  #parseContentLength(line: Uint8Array): void {
    const field = this.#field;
    while (field.nextElement(line)) {
      const length = decimal(line, field.elementStart, field.elementEnd);
      if (length === undefined) {
        throw new RemoteProtocolError(
          "content-length",
          "expected a Content-Length of digits, below 2^53, got something else",
        );
      }
      if (this.contentLength !== undefined && this.contentLength !== length) {
        throw new RemoteProtocolError(
          "content-length-conflict",
          `expected one Content-Length, got ${this.contentLength} and ${length}`,
        );
      }
      this.contentLength = length;
    }
  }

  /** RFC 9112 section 6.1. The agent asks for no coding, so "chunked" once is all there may be. */
  #parseTransferEncoding(line: Uint8Array): void {
    if (this.isChunked || !this.#field.valueIs(line, "chunked")) {
      throw new RemoteProtocolError(
        "transfer-coding",
        'expected the transfer coding "chunked" once, got another or one more',
      );
    }
    this.isChunked = true;
  }

  /** RFC 9110 section 14.4. Two that differ would leave open which bytes the body is. */
  #parseContentRange(line: Uint8Array): void {
    const value = this.#field.value(line);
    if (this.#contentRange !== undefined && this.#contentRange !== value) {
      throw new RemoteProtocolError(
        "content-range-conflict",
        "expected one Content-Range, got two that differ",
      );
    }
    this.#contentRange = value;
  }

  toResponseHead(): ResponseHead {
    return {
      status: this.status,
      contentLength: this.contentLength,
      contentRange: this.#contentRange,
      contentType: this.#contentType,
      contentCoding: this.#contentCoding,
      retryAfter: this.#retryAfter,
      date: this.#date,
      location: this.#location,
      skippedLines: this.#skippedLines,
    };
  }
}
