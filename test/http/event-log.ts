// Runs a reader over pieces of a byte stream and writes down what came out, one line for each head,
// whole body, end and error. Where the pieces were cut does not show: it must not matter.

import { RemoteProtocolError } from "../../src/http/protocol-error.js";
import {
  type RequestMethod,
  type ResponseEvent,
  type ResponseHead,
  ResponseReader,
} from "../../src/http/response-reader.js";

export class EventLog {
  readonly #lines: string[] = [];
  #body: string | undefined;

  add(event: ResponseEvent): void {
    if (event.type === "body") {
      // Latin-1, without Buffer: this also runs on the chip's engine.
      for (const byte of event.bytes) this.#body = (this.#body ?? "") + String.fromCharCode(byte);
      return;
    }
    this.#addBody();
    this.#lines.push(
      event.type === "head" ? describeHead(event.head) : event.reusable ? "end" : "end, close",
    );
  }

  addError(error: RemoteProtocolError): void {
    this.#addBody();
    this.#lines.push(`error ${error.kind}`);
  }

  toString(): string {
    this.#addBody();
    return this.#lines.join("\n");
  }

  #addBody(): void {
    if (this.#body !== undefined) this.#lines.push(`body ${JSON.stringify(this.#body)}`);
    this.#body = undefined;
  }
}

/** The log of a reader that is given `pieces` one after the other, and perhaps the end. */
export function readPieces(
  requests: readonly RequestMethod[],
  pieces: Iterable<Uint8Array>,
  isClosed: boolean,
): string {
  const reader = new ResponseReader();
  const log = new EventLog();
  for (const method of requests) reader.expect(method);
  try {
    for (const piece of pieces) {
      // A view of its own memory that is wiped afterwards: nothing may be kept.
      const view = Uint8Array.from(piece);
      reader.receive(view);
      drain(reader, log);
      view.fill(0x21);
    }
    if (isClosed) reader.receiveEnd();
    drain(reader, log);
  } catch (error) {
    if (!(error instanceof RemoteProtocolError)) throw error;
    log.addError(error);
  }
  return log.toString();
}

/** `bytes` cut at the given places, whatever their order. */
export function split(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length];
  cuts.sort((a, b) => a - b);
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
}

export function bytewise(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
}

function drain(reader: ResponseReader, log: EventLog): void {
  for (let event = reader.next(); event !== undefined; event = reader.next()) log.add(event);
}

function describeHead(head: ResponseHead): string {
  const facts = [
    ["content-length", head.contentLength],
    ["content-range", head.contentRange],
    ["content-type", head.contentType],
    ["retry-after", head.retryAfter],
    ["location", head.location],
    ["content-coding", head.contentCoding],
    ["date", head.date],
    ["skipped", head.skippedLines === 0 ? undefined : head.skippedLines],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`.trimEnd()]));
  return ["head", String(head.status), ...facts].join(", ").replace(",", "");
}
