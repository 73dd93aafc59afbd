// What a request carries: a form, rows, JSON, or a content of a known length that is sent as it is
// read, so that it is never in memory as a whole.

import { formatRow } from "../protocol/csv.js";
import { encodeForm, type FormPair } from "../protocol/form.js";
import { csvContentType, scriptContentType } from "../protocol/content-types.js";
import { formContentType } from "../protocol/paths.js";
import { ClientError } from "./client-error.js";

/** Bytes at hand, or bytes to come: exactly `byteLength` of them. */
export type Upload =
  | Uint8Array
  | {
      /** How many bytes `chunks` gives; an upload of another length fails with `invalid`. */
      readonly byteLength: number;
      /** The bytes in order, in parts of any size. */
      readonly chunks: AsyncIterable<Uint8Array>;
    };

export interface Body {
  readonly contentType: string;
  readonly content: Upload;
}

export function formBody(form: readonly FormPair[]): Body {
  return { contentType: formContentType, content: Buffer.from(encodeForm(form)) };
}

export function rowsBody(rows: readonly (readonly string[])[]): Body {
  return { contentType: csvContentType, content: Buffer.from(rows.map(formatRow).join("")) };
}

export function jsonBody(value: object): Body {
  return { contentType: scriptContentType, content: Buffer.from(JSON.stringify(value)) };
}

const pieceBytes = 65_536;

/**
 * The bytes of `upload` in pieces; `onSent` is told how many have been taken so far. Throws
 * `invalid` if they are not `byteLength`: a file that changed must not become a content.
 */
export async function* chunksOf(
  upload: Upload,
  onSent: (sentBytes: number) => void,
): AsyncGenerator<Uint8Array, void, void> {
  const { byteLength } = upload;
  let sentBytes = 0;
  for await (const chunk of upload instanceof Uint8Array ? pieces(upload) : upload.chunks) {
    sentBytes += chunk.length;
    if (sentBytes > byteLength) break;
    yield chunk;
    onSent(sentBytes);
  }
  if (sentBytes === byteLength) return;
  const got = sentBytes > byteLength ? "more" : String(sentBytes);
  throw new ClientError("invalid", `expected ${byteLength} bytes to upload, got ${got}`);
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array, void, void> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}
