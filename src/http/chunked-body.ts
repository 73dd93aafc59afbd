// A body in the chunked transfer coding: RFC 9112 section 7.1. Chunk extensions and the trailer
// section are checked, bounded and forgotten.
//
//     5;name=value CRLF  hello CRLF  0 CRLF  Name: value CRLF  CRLF
//     size line          data        last    trailer section   end

import { hexDigit } from "../protocol/ascii.js";
import { trailerBytesMax } from "./limits.js";
import { FieldLine } from "./field-line.js";
import { byteAt, checkText, isBlank, semicolon } from "./grammar.js";
import { RemoteProtocolError } from "./protocol-error.js";
import type { ReceiveBuffer } from "./receive-buffer.js";

export class ChunkedBody {
  #state: "size" | "data" | "data-end" | "trailers" | "end" = "size";
  #remainingBytes = 0;
  #trailerBytes = 0;
  readonly #trailer = new FieldLine();

  /** Prepares for the next body. */
  begin(): void {
    this.#state = "size";
    this.#trailerBytes = 0;
  }

  /** Whether the last byte of the body has been taken. */
  get isAtEnd(): boolean {
    return this.#state === "end";
  }

  /** The next view of data; undefined: the body is at its end, or more is needed. */
  next(buffer: ReceiveBuffer): Uint8Array | undefined {
    while (this.#state !== "end") {
      if (this.#state === "data") {
        const view = buffer.takeView(this.#remainingBytes);
        if (view === undefined) return undefined;
        this.#remainingBytes -= view.length;
        if (this.#remainingBytes === 0) this.#state = "data-end";
        return view;
      }
      const length = buffer.takeLine();
      if (length === undefined) return undefined;
      this.#takeLine(buffer.line, length);
    }
    return undefined;
  }

  #takeLine(line: Uint8Array, length: number): void {
    if (this.#state === "size") {
      this.#remainingBytes = chunkSize(line, length);
      this.#state = this.#remainingBytes > 0 ? "data" : "trailers";
    } else if (this.#state === "data-end") {
      if (length > 0) {
        throw new RemoteProtocolError(
          "chunk-end",
          `expected CRLF at the end of a chunk, got ${length} more bytes`,
        );
      }
      this.#state = "size";
    } else if (length === 0) {
      this.#state = "end";
    } else {
      this.#takeTrailer(line, length);
    }
  }

  #takeTrailer(line: Uint8Array, length: number): void {
    this.#trailerBytes += length + 2;
    if (this.#trailerBytes > trailerBytesMax) {
      throw new RemoteProtocolError(
        "trailers-too-long",
        `expected trailers of at most ${trailerBytesMax} bytes, got more`,
      );
    }
    this.#trailer.parse(line, length);
  }
}

/**
 * The size that a chunk's first line announces: 1*HEXDIG, then perhaps extensions. Blanks around it
 * are taken: some servers pad the size to a width, and no reader disagrees about what it says.
 */
function chunkSize(line: Uint8Array, length: number): number {
  let size = 0;
  let at = 0;
  while (at < length && isBlank(byteAt(line, at))) at++;
  const start = at;
  for (; at < length; at++) {
    const digit = hexDigit(byteAt(line, at));
    if (digit < 0) break;
    size = size * 16 + digit;
    if (size > Number.MAX_SAFE_INTEGER) refuseSize("a number below 2^53");
  }
  if (at === start) refuseSize("hexadecimal digits");
  while (at < length && isBlank(byteAt(line, at))) at++;
  if (at === length) return size;
  // What the extensions say is ignored, as the RFC demands.
  if (byteAt(line, at) !== semicolon) {
    throw new RemoteProtocolError(
      "chunk-extension",
      "expected CRLF or a semicolon behind the chunk size, got something else",
    );
  }
  checkText(line, at, length);
  return size;
}

function refuseSize(expected: string): never {
  throw new RemoteProtocolError("chunk-size", `expected ${expected} as chunk size, got others`);
}
