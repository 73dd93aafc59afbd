// What has arrived and is not used up: the caller's view, and one fixed buffer for a line that
// came in pieces.
//
// Lines end in CRLF and nothing else. RFC 9112 section 2.2 lets a recipient take a lone LF for a
// line end; two parsers on one path that differ in this disagree about where a head or a chunk
// ends, so here a lone LF is refused. A CR elsewhere is refused by
// the reader of the line. However the bytes are cut into pieces, lines and errors are the same.

import { headerLineBytesMax } from "./limits.js";
import {
  carriageReturn,
  isTextByte,
  lineFeed,
  refuseBareReturn,
  refuseControl,
} from "./grammar.js";
import { RemoteProtocolError } from "./protocol-error.js";

export class ReceiveBuffer {
  /** The line that `takeLine` completed; its content holds until the next call. */
  readonly line = new Uint8Array(headerLineBytesMax);
  #lineLength = 0;
  /** Bytes of the present line, its CRLF included: those that do not fit into `line` as well. */
  #lineBytes = 0;
  #bytes: Uint8Array | undefined;
  #offset = 0;

  /** Keeps the view until its last byte is taken. Throws if the one before has bytes left. */
  receive(bytes: Uint8Array): void {
    if (this.#bytes !== undefined) {
      throw new Error("receive() while bytes of the previous view are unread: call next() first");
    }
    if (bytes.length > 0) {
      this.#bytes = bytes;
      this.#offset = 0;
    }
  }

  get isEmpty(): boolean {
    return this.#bytes === undefined;
  }

  /** Whether a line has begun and not ended. */
  get isWithinLine(): boolean {
    return this.#lineLength > 0;
  }

  /** So many bytes of the line that `skipLine` skips, or has skipped, are used up. */
  get lineBytes(): number {
    return this.#lineBytes;
  }

  /**
   * The length, without CRLF, of the line now complete in `line`; undefined: more is needed. Throws
   * on a line that does not fit, unless it `maySkip`: then "too-long", `line` is full of its
   * beginning, and `skipLine` goes on behind that.
   */
  takeLine(maySkip: true): number | "too-long" | undefined;
  takeLine(): number | undefined;
  takeLine(maySkip = false): number | "too-long" | undefined {
    const bytes = this.#bytes;
    if (bytes === undefined) return undefined;
    const lineEnd = bytes.indexOf(lineFeed, this.#offset);
    const end = lineEnd === -1 ? bytes.length : lineEnd + 1;
    const length = this.#lineLength + end - this.#offset;
    if (length > this.line.length) {
      if (maySkip) return this.#fillLine(bytes);
      throw new RemoteProtocolError(
        "line-too-long",
        `expected a line of at most ${this.line.length} bytes, got more`,
      );
    }
    this.line.set(bytes.subarray(this.#offset, end), this.#lineLength);
    this.#advance(bytes, end);
    if (lineEnd === -1) {
      this.#lineLength = length;
      return undefined;
    }
    this.#lineLength = 0;
    if (this.line[length - 2] !== carriageReturn) {
      throw new RemoteProtocolError("bare-line-feed", "expected CRLF at a line's end, got LF");
    }
    return length - 2;
  }

  #fillLine(bytes: Uint8Array): "too-long" {
    const end = this.#offset + this.line.length - this.#lineLength;
    this.line.set(bytes.subarray(this.#offset, end), this.#lineLength);
    this.#lineLength = this.#lineBytes = this.line.length;
    this.#advance(bytes, end);
    return "too-long";
  }

  /**
   * Goes on in a line that was too long, up to `bytesMax` of its bytes; true: its end was reached.
   * False: it has as many bytes, or more is needed. Throws on what may not stand in a field value.
   */
  skipLine(bytesMax: number): boolean {
    const bytes = this.#bytes;
    if (bytes === undefined) return false;
    let before = this.line[this.line.length - 1] ?? 0;
    let at = this.#offset;
    let ended = false;
    for (; at < bytes.length && this.#lineBytes < bytesMax && !ended; at++) {
      const byte = bytes[at] ?? 0;
      ended = byte === lineFeed;
      if (ended && before !== carriageReturn) {
        throw new RemoteProtocolError("bare-line-feed", "expected CRLF at a line's end, got LF");
      }
      if (!ended && before === carriageReturn) refuseBareReturn(this.#lineBytes);
      if (!ended && byte !== carriageReturn && !isTextByte(byte)) {
        refuseControl(byte, this.#lineBytes);
      }
      before = byte;
      this.#lineBytes++;
    }
    this.#advance(bytes, at);
    // The byte before the next piece.
    this.line[this.line.length - 1] = before;
    if (ended) this.#lineLength = 0;
    return ended;
  }

  /** Discards the CRLFs that stand where a line begins and returns how many they were. */
  skipEmptyLines(): number {
    let skipped = 0;
    for (let bytes = this.#bytes; bytes !== undefined; bytes = this.#bytes) {
      const byte = bytes[this.#offset];
      if (this.#lineLength === 0 && byte === carriageReturn) {
        // Kept as the beginning of a line: the next byte may not be LF.
        this.line[0] = carriageReturn;
        this.#lineLength = 1;
      } else if (this.#lineLength === 1 && this.line[0] === carriageReturn && byte === lineFeed) {
        this.#lineLength = 0;
        skipped++;
      } else {
        break;
      }
      this.#advance(bytes, this.#offset + 1);
    }
    return skipped;
  }

  /** A view of at least one and at most `byteLengthMax` bytes; undefined: more is needed. */
  takeView(byteLengthMax: number): Uint8Array | undefined {
    const bytes = this.#bytes;
    if (bytes === undefined) return undefined;
    const view = bytes.subarray(this.#offset, Math.min(bytes.length, this.#offset + byteLengthMax));
    this.#advance(bytes, this.#offset + view.length);
    return view;
  }

  /** Forgets everything unread. */
  discard(): void {
    this.#bytes = undefined;
    this.#lineLength = 0;
  }

  #advance(bytes: Uint8Array, offset: number): void {
    if (offset === bytes.length) this.#bytes = undefined;
    this.#offset = offset;
  }
}
