// Well-formed responses from fast-check, how they look on the wire, and what the reader must make
// of them. The writer takes every liberty that RFC 9112 gives: case, blanks, extensions, trailers.

import fc from "fast-check";
import type { RequestMethod } from "../../src/http/response-reader.js";
import { EventLog } from "./event-log.js";

interface GeneratedResponse {
  readonly method: RequestMethod;
  readonly status: number;
  readonly interim: readonly number[];
  readonly framing: "length" | "chunked" | "until-close";
  readonly chunks: readonly string[];
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly contentType: string | undefined;
  readonly closes: boolean;
  readonly blank: string;
  readonly isUpperCase: boolean;
}

const text = fc.string({ unit: fc.constantFrom(...Array.from('aZ09 ~!\t,;:="ä')), maxLength: 20 });

const response: fc.Arbitrary<GeneratedResponse> = fc.record({
  method: fc.constantFrom<RequestMethod>("GET", "POST", "HEAD"),
  status: fc.oneof(
    fc.constantFrom(200, 204, 206, 304, 404, 503),
    fc.integer({ min: 200, max: 599 }),
  ),
  interim: fc.array(fc.constantFrom(100, 102, 103), { maxLength: 3 }),
  framing: fc.constantFrom<GeneratedResponse["framing"]>("length", "chunked", "until-close"),
  chunks: fc.array(fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 40 }), {
    maxLength: 4,
  }),
  fields: fc.array(
    fc.tuple(
      fc.string({ unit: fc.constantFrom(...Array.from("aZ09-_.!")), minLength: 1, maxLength: 20 }),
      text.map((value) => value.trim()),
    ),
    { maxLength: 6 },
  ),
  contentType: fc.constantFrom(undefined, "text/csv", "text/plain; charset=utf-8"),
  closes: fc.boolean(),
  blank: fc.constantFrom("", " ", "\t ", "  "),
  isUpperCase: fc.boolean(),
});

/** Responses of one connection: only the last one closes it. */
export const responses = fc.array(response, { minLength: 1, maxLength: 4 }).map((all) =>
  all.map((each, index): GeneratedResponse =>
    index === all.length - 1
      ? each
      : {
          ...each,
          closes: false,
          framing: each.framing === "until-close" ? "length" : each.framing,
        },
  ),
);

export function writeResponses(all: readonly GeneratedResponse[]): Uint8Array {
  return Buffer.from(all.map(writeResponse).join(""), "latin1");
}

function writeResponse(response: GeneratedResponse): string {
  const { status, interim, framing, chunks, fields, contentType, closes } = response;
  const { blank, isUpperCase } = response;
  const field = (name: string, value: string): string =>
    `${isUpperCase ? name.toUpperCase() : name}:${blank}${value}${blank}\r\n`;
  const extension = blank === "" ? "" : `${blank};name=value`;

  let wire = interim.map((each) => `HTTP/1.1 ${each} Interim\r\nX: y\r\n\r\n`).join("");
  wire += `HTTP/1.1 ${status} Reason\r\n`;
  for (const [name, value] of fields) wire += field(`X-${name}`, value);
  if (contentType !== undefined) wire += field("Content-Type", contentType);
  if (framing === "length") wire += field("Content-Length", String(bodyLength(response)));
  if (framing === "chunked") wire += field("Transfer-Encoding", "chunked");
  if (closes) wire += field("Connection", "x, close");
  wire += "\r\n";
  if (!hasBody(response)) return wire;
  if (framing !== "chunked") return wire + chunks.join("");
  for (const chunk of chunks) {
    wire += `${chunk.length.toString(16)}${extension}\r\n${chunk}\r\n`;
  }
  return `${wire}0${extension}\r\n${closes ? "X-Trailer: y\r\n" : ""}\r\n`;
}

/** What reading them, and then the connection's end, must give: see event-log.ts. */
export function describeResponses(all: readonly GeneratedResponse[]): string {
  const log = new EventLog();
  for (const each of all) {
    log.add({
      type: "head",
      head: {
        status: each.status,
        contentLength: each.framing === "length" ? bodyLength(each) : undefined,
        contentRange: undefined,
        contentType: each.contentType,
        retryAfter: undefined,
        location: undefined,
        contentCoding: undefined,
        date: undefined,
        skippedLines: 0,
      },
    });
    const body = hasBody(each) ? each.chunks.join("") : "";
    if (body !== "") log.add({ type: "body", bytes: Buffer.from(body, "latin1") });
    const lastsUntilClose = each.framing === "until-close" && hasBody(each);
    log.add({ type: "end", reusable: !each.closes && !lastsUntilClose });
  }
  return log.toString();
}

function bodyLength({ chunks }: GeneratedResponse): number {
  return chunks.join("").length;
}

function hasBody({ method, status }: GeneratedResponse): boolean {
  return method !== "HEAD" && status !== 204 && status !== 304;
}
