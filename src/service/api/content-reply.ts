// A content as the procedures that show one answer it: its bytes or a range of them (S-51), and
// the columns that tell about it.

import {
  formatContentRange,
  formatUnsatisfiedRange,
  parseRange,
} from "../../protocol/byte-range.js";
import type { Context } from "./context.js";
import type { Content } from "../stores/contents.js";
import { pieceBytes, uncountedReplyBytesMax } from "../limits.js";
import { type ByteStream, refusalReply, type Reply } from "../http/reply.js";
import type { RoutedRequest } from "./routed-request.js";

/** `<content-type>,<byte-size>,<updated-timestamp>,<meta>` */
export function infoRow({ type, size, updatedAt, meta }: Content): string[] {
  return [type, String(size), String(updatedAt), meta];
}

/** The whole content, or the range that the request asks for. */
export async function contentReply(
  context: Context,
  request: RoutedRequest,
  content: Content,
): Promise<Reply> {
  const total = content.size;
  // There are no validators, so an If-Range never holds: the Range does not count.
  const header = request.header("if-range") === undefined ? request.header("range") : undefined;
  const range = parseRange(header, total);
  switch (range.kind) {
    case "unsatisfiable":
      return refusalReply("unsatisfiable-range", { contentRange: formatUnsatisfiedRange(total) });
    case "whole": {
      const body = await readBytes(context, content, 0, total - 1);
      return { status: 200, contentType: content.type, acceptsRanges: true, body };
    }
    case "range": {
      const { first, last } = range;
      const contentRange = formatContentRange({ first, last, total });
      const body = await readBytes(context, content, first, last);
      return { status: 206, contentType: content.type, acceptsRanges: true, contentRange, body };
    }
  }
}

/** What fits a piece is read now, to leave in one write with its head; more is streamed. */
async function readBytes(
  { blobs }: Context,
  { blobId }: Content,
  first: number,
  last: number,
): Promise<Uint8Array | ByteStream> {
  const byteLength = last - first + 1;
  if (blobId === null || byteLength === 0) return new Uint8Array(0);
  const chunks = blobs.read(blobId, first, last);
  if (byteLength > pieceBytes) return { byteLength, chunks };
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  const [only] = parts;
  // A small part is copied: a slow reader must not keep the whole piece.
  const isWhole = parts.length === 1 && byteLength > uncountedReplyBytesMax;
  return isWhole && only !== undefined ? only : Buffer.concat(parts);
}
