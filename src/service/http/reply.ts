// What a handler answers, and the one place that puts an answer on the wire.
//
// The head is exactly this, in this order and case (S-01), and goes out with a small body in one
// write (S-03). Old clients parse it line by line, or give an activation 198 bytes in all (S-02):
//
//     HTTP/1.1 <status> <reason>
//     Date: <date>
//     Server: exo
//     Connection: Keep-Alive | Close
//     [Accept-Ranges: bytes]
//     Content-Length: <bytes>             also 0, on 204 and 205 too; never chunked
//     [Content-Range: bytes <first>-<last>/<total>]
//     [Content-Type: <type>]
//     [Allow: <methods>]                  on 405 only (S-08)

import { type ServerResponse, STATUS_CODES } from "node:http";
import { setImmediate } from "node:timers/promises";
import { formatRow } from "../../protocol/csv.js";
import { csvContentType, textContentType } from "../../protocol/content-types.js";
import { type RefusalCode, refusals } from "../errors.js";
import { pieceBytes, uncountedReplyBytesMax } from "../limits.js";

/** Bytes that come in parts, none of them large, `byteLength` in all. */
export interface ByteStream {
  readonly byteLength: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface Reply {
  readonly status: number;
  readonly contentType?: string;
  readonly body?: Uint8Array | ByteStream;
  /** Says `Accept-Ranges: bytes`. */
  readonly acceptsRanges?: boolean;
  readonly contentRange?: string;
  readonly allow?: readonly string[];
}

/**
 * What the reply holds in memory while its reader is slow: of a stream the part that waits. A view
 * of a piece keeps the whole piece. Small ones count for nothing: a refusal is no smaller.
 */
export function queuedBytes({ body }: Reply): number {
  if (body === undefined) return 0;
  if (!(body instanceof Uint8Array)) return pieceBytes;
  return body.buffer.byteLength > uncountedReplyBytesMax ? body.buffer.byteLength : 0;
}

/** At most 7 characters: an activation's reply has no room for more (S-02). */
const serverName = "exo";

/** A single value: no line end follows it (S-13). */
export function textReply(text: string): Reply {
  return { status: 200, contentType: textContentType, body: Buffer.from(text) };
}

/** Rows, each ended by CRLF (S-38); none at all is an empty 200 (S-39). */
export function csvReply(rows: readonly (readonly string[])[]): Reply {
  const text = rows.map((row) => formatRow(row)).join("");
  return { status: 200, contentType: csvContentType, body: Buffer.from(text) };
}

/** As `csvReply`, where the documents list 204 for no rows at all. */
export function csvReplyOr204(rows: readonly (readonly string[])[]): Reply {
  return rows.length === 0 ? noContent : csvReply(rows);
}

export const noContent: Reply = { status: 204 };

export const resetContent: Reply = { status: 205 };

/** S-07: clients look for the status line in the body. */
export function refusalReply(
  code: RefusalCode,
  extra?: Pick<Reply, "allow" | "contentRange">,
): Reply {
  const [status] = refusals[code];
  return {
    status,
    contentType: textContentType,
    body: Buffer.from(`HTTP/1.1 ${status} ${reason(status)}\r\n`),
    ...extra,
  };
}

/** A refusal as raw text, for a connection that node:http has given up. It says Close. */
export function rawRefusal(code: RefusalCode, date: string): string {
  const [status] = refusals[code];
  const fields = headFields(refusalReply(code), date, true);
  const statusLine = `HTTP/1.1 ${status} ${reason(status)}\r\n`;
  const lines = fields.map((text, at) => (at % 2 === 0 ? `${text}: ` : `${text}\r\n`));
  return `${statusLine}${lines.join("")}\r\n${statusLine}`;
}

function reason(status: number): string {
  return STATUS_CODES[status] ?? "Unknown";
}

/** Names and values in turn, as `writeHead` takes them. */
function headFields(reply: Reply, date: string, isLast: boolean): string[] {
  const fields = ["Date", date, "Server", serverName];
  fields.push("Connection", isLast ? "Close" : "Keep-Alive");
  if (reply.acceptsRanges === true) fields.push("Accept-Ranges", "bytes");
  fields.push("Content-Length", String(reply.body?.byteLength ?? 0));
  if (reply.contentRange !== undefined) fields.push("Content-Range", reply.contentRange);
  if (reply.contentType !== undefined) fields.push("Content-Type", reply.contentType);
  if (reply.allow !== undefined) fields.push("Allow", reply.allow.join(", "));
  return fields;
}

export interface SendOptions {
  /** The Date field. */
  readonly date: string;
  /** Says `Connection: Close`; node:http closes when the reply is out. */
  readonly isLast: boolean;
}

/**
 * Sends the reply; resolves, when it is with the kernel or its connection is gone, to the number of
 * body bytes that went out. Never more than a few parts are in memory: a slow reader holds up the
 * stream. A stream that fails ends the connection, for its head has promised more.
 */
export async function send(
  response: ServerResponse,
  reply: Reply,
  { date, isLast }: SendOptions,
): Promise<number> {
  const { body } = reply;
  if (response.closed) return 0;
  const closed = new Promise((resolve) => response.once("close", resolve));
  response.sendDate = false;
  response.writeHead(reply.status, headFields(reply, date, isLast));
  if (body === undefined || body instanceof Uint8Array) {
    response.end(body);
    await closed;
    return response.writableFinished ? (body?.byteLength ?? 0) : 0;
  }
  const sentBytes = await sendStream(response, body);
  await closed;
  return sentBytes();
}

/** Returns what tells how many bytes have gone out; the last of them may go later. */
async function sendStream(response: ServerResponse, body: ByteStream): Promise<() => number> {
  let sentBytes = 0;
  try {
    for await (const chunk of body.chunks) {
      const hasRoom = response.write(chunk, (error) => {
        if (!(error instanceof Error)) sentBytes += chunk.byteLength;
      });
      if (!hasRoom) await drained(response);
      // As long as the kernel takes all, nothing here waits: the others must have their turn, too.
      await setImmediate();
      if (response.closed) break;
    }
    response.end();
  } catch (error) {
    response.destroy();
    throw error;
  }
  return () => sentBytes;
}

/** Resolves when the connection takes more, or is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      response.off("drain", settle).off("close", settle);
      resolve();
    };
    response.once("drain", settle).once("close", settle);
  });
}
