// Which byte ranges of one content are still to be asked for, and whether an answer that succeeded
// is the range that was asked for. Pure: no socket, no flash. Answers come in the order of the
// requests, so the next answer begins at `receivedBytes`. What an error status means is told by
// contact.ts.

import type { ResponseHead } from "../../http/head-parser.js";
import { parseContentRange } from "../../protocol/byte-range.js";

export interface ByteSpan {
  readonly first: number;
  readonly last: number;
}

/** What is wrong with an answer to a ranged request whose status is 2xx. */
export type RangeProblem =
  /** 206 with another total: the content is not what it was. */
  | "total-changed"
  /** 200 to a part: the server ignores ranges. */
  | "range-ignored"
  /** 206 with another range than asked for, or of another length. */
  | "range-mismatch"
  /** 206 without a Content-Range that can be read. */
  | "range-missing"
  /** 206 of several parts, each with a range of its own. */
  | "range-multipart"
  /** 206 that does not tell how long the content is. */
  | "total-unknown"
  /** 204 and other successes that carry no range. */
  | "no-range"
  | "body-too-short"
  | "body-too-long";

/** The problem in words, for a status or a log. */
export const rangeProblemSentences: Readonly<Record<RangeProblem, string>> = Object.freeze({
  "total-changed": "the content is not what it was",
  "range-ignored": "the server ignores ranges: asked for a part, it answers 200 with the whole",
  "range-mismatch": "the server sends another range than the one that was asked for",
  "range-missing": "the server does not say which range it sends",
  "range-multipart": "the server sends its range as one of several parts (multipart)",
  "total-unknown": "the server does not say how long the content is",
  "no-range": "the server's answer makes no sense for a download",
  "body-too-short": "the server sends fewer bytes than it announced",
  "body-too-long": "the server sends more bytes than it announced",
});

export class RangePlan {
  readonly sizeBytes: number;
  readonly #chunkBytes: number;
  #receivedBytes: number;
  #requestedBytes: number;
  /** One past the last byte of the answer being read; undefined between answers. */
  #answerEnd: number | undefined;

  /** @param startBytes what is in flash already */
  constructor(sizeBytes: number, chunkBytes: number, startBytes: number) {
    this.sizeBytes = sizeBytes;
    this.#chunkBytes = chunkBytes;
    this.#receivedBytes = startBytes;
    this.#requestedBytes = startBytes;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  get done(): boolean {
    return this.#receivedBytes === this.sizeBytes && this.#answerEnd === undefined;
  }

  /** The next range to ask for, which now counts as asked for; undefined if none is left. */
  takeRange(): ByteSpan | undefined {
    if (this.#requestedBytes === this.sizeBytes) return undefined;
    const span = this.#spanFrom(this.#requestedBytes);
    this.#requestedBytes = span.last + 1;
    return span;
  }

  /** Answers that were asked for and have not ended will not come. */
  rewind(): void {
    this.#requestedBytes = this.#receivedBytes;
    this.#answerEnd = undefined;
  }

  /** Holds the head of the next answer, of status 2xx, against the range that was asked for. */
  openAnswer(head: ResponseHead): RangeProblem | undefined {
    const asked = this.#spanFrom(this.#receivedBytes);
    const problem = this.#checkHead(asked, head);
    if (problem === undefined) this.#answerEnd = asked.last + 1;
    return problem;
  }

  /** Counts body bytes, before they are used. */
  receive(byteLength: number): RangeProblem | undefined {
    if (this.#answerEnd === undefined || this.#receivedBytes + byteLength > this.#answerEnd) {
      return "body-too-long";
    }
    this.#receivedBytes += byteLength;
    return undefined;
  }

  closeAnswer(): RangeProblem | undefined {
    if (this.#receivedBytes !== this.#answerEnd) return "body-too-short";
    this.#answerEnd = undefined;
    return undefined;
  }

  /** Ranges end on multiples of the chunk, so that after a resume they meet sectors again. */
  #spanFrom(first: number): ByteSpan {
    const end = first - (first % this.#chunkBytes) + this.#chunkBytes;
    return { first, last: Math.min(end, this.sizeBytes) - 1 };
  }

  #checkHead(asked: ByteSpan, head: ResponseHead): RangeProblem | undefined {
    const spanBytes = asked.last - asked.first + 1;
    const lengthFits = head.contentLength === undefined || head.contentLength === spanBytes;
    switch (head.status) {
      case 206: {
        if (isMultipart(head.contentType)) return "range-multipart";
        if (head.contentRange === undefined) return "range-missing";
        if (head.contentRange.endsWith("/*")) return "total-unknown";
        const range = parseContentRange(head.contentRange);
        if (range === undefined) return "range-missing";
        if (range.total !== this.sizeBytes) return "total-changed";
        if (range.first !== asked.first || range.last !== asked.last) {
          return "range-mismatch";
        }
        return lengthFits ? undefined : "range-mismatch";
      }
      case 200:
        // A server may answer 200 if the range asked for was the whole (S-51).
        return spanBytes === this.sizeBytes && lengthFits ? undefined : "range-ignored";
      default:
        return "no-range";
    }
  }
}

/** RFC 9110 section 14.6: the parts of such a body have heads of their own. */
function isMultipart(contentType: string | undefined): boolean {
  return contentType?.toLowerCase().startsWith("multipart/") === true;
}
