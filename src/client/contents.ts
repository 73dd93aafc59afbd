// The contents of a model: what devices may download (procedures 1 to 11).

import { formatRange, parseContentRange, type ContentRange } from "../protocol/byte-range.js";
import { parseDecimal } from "../protocol/decimal.js";
import type { FormPair } from "../protocol/form.js";
import { blobContentType } from "../protocol/content-types.js";
import type { Upload } from "./body.js";
import { unexpected, type Asked, type Transport } from "./transport.js";
import { procedures } from "../protocol/procedures.js";
import { checkName, checkSerial, placeOf } from "./place.js";

/** What is said of a content when it is created. */
export interface NewContent {
  /** Free text, at most 4,096 bytes of UTF-8; of a release, the form `version=...&sha256=...`. */
  readonly meta: string;
  /** True: only serials that share a group with it may read it; default: false. */
  readonly protected?: boolean;
}

/** What the service says of a content. */
export interface ContentInfo {
  /** The Content-Type of its upload. */
  readonly contentType: string;
  /** 0: nothing is uploaded yet. */
  readonly sizeBytes: number;
  /** Unix seconds, by the service's clock. */
  readonly timestampSeconds: number;
  /** As it was created with. */
  readonly meta: string;
  /** Undefined if it was asked for a serial: then it may be read by that one. */
  readonly protected: boolean | undefined;
}

/** A content, or a part of it, that is on its way. */
export interface Download {
  /** The Content-Type of its upload. */
  readonly contentType: string;
  /** Which bytes of the content come; undefined: all of them. */
  readonly range: ContentRange | undefined;
  /** How many bytes come. */
  readonly byteLength: number;
  /** The bytes as they arrive; to be read to the end, or returned. */
  readonly chunks: AsyncGenerator<Uint8Array, void, void>;
}

/** Which bytes are wanted, and for whom; default: all of them, for the vendor. */
export interface DownloadOptions {
  /** Only if this serial may read it. */
  readonly serial?: string;
  /** First and last byte; without a last one, to the end. */
  readonly range?: {
    /** Position of the first byte, from 0. */
    readonly first: number;
    /** Position of the last byte, inclusive; default: to the end. */
    readonly last?: number;
  };
}

/** How a content is uploaded. */
export interface UploadOptions {
  /** Stored with it, at most 255 bytes; default: application/octet-stream. */
  readonly contentType?: string;
  /** Called as the body goes out, with the bytes sent so far; default: nothing. */
  readonly onSent?: (sentBytes: number) => void;
}

/** The contents of the vendor's models: what devices may download. */
export class Contents {
  readonly #transport: Transport;

  /** VendorClient makes it. */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Procedure 1: the ids of all contents; with `serial`, 2: of those that it may read. */
  async list(model: string, serial?: string): Promise<string[]> {
    const rows = await this.#transport.rows({
      action: `list contents of model "${model}"`,
      ...placeOf(procedures.listContents, { model }),
      query: ofSerial(serial),
      meanings: {
        400: serial === undefined ? "the vendor has no such model" : "no such model or serial",
      },
    });
    return rows.map(([id = ""]) => id);
  }

  /** Procedure 3: makes a content, still without bytes. Throws `conflict` if it exists. */
  async create(model: string, id: string, content: NewContent): Promise<void> {
    const form: FormPair[] = [
      ["id", checkName("content", id)],
      ["meta", content.meta],
    ];
    if (content.protected === true) form.push(["protected", "true"]);
    const meanings = { 409: "it exists already" };
    await this.#transport.post(
      {
        action: `create content "${id}"`,
        ...placeOf(procedures.createContent, { model }),
        meanings,
      },
      form,
    );
  }

  /**
   * Procedure 5: what is known of a content; with `serial`, 7: if that one may read it. Throws
   * `not-found`.
   */
  async info(model: string, id: string, serial?: string): Promise<ContentInfo> {
    const asked = {
      action: `look up content "${id}"`,
      ...placeOf(procedures.contentInfo, { model, content: id }),
      query: ofSerial(serial),
      meanings: {
        ...meanings,
        ...(serial !== undefined && { 400: "no such model or serial, or it may not read this" }),
      },
    };
    const [row] = await this.#transport.rows(asked);
    const [contentType = "", size = "", timestamp = "", meta = "", isProtected] = row ?? [];
    const sizeBytes = parseDecimal(size);
    const timestampSeconds = parseDecimal(timestamp);
    if (sizeBytes === undefined || timestampSeconds === undefined) {
      throw unexpected(asked, "something other than a content's type, size, time and meta");
    }
    const protection = isProtected === undefined ? undefined : isProtected === "true";
    return { contentType, sizeBytes, timestampSeconds, meta, protected: protection };
  }

  /**
   * Procedure 6: the bytes of a content; with `serial`, 8: if that one may read it. Throws
   * `unexpected-answer` if other bytes come than those asked for.
   */
  async download(model: string, id: string, options: DownloadOptions = {}): Promise<Download> {
    const { serial, range } = options;
    const asked: Asked = {
      action: `download content "${id}"`,
      ...placeOf(procedures.readContent, { model, content: id }),
      query: [["download", "true"], ...ofSerial(serial)],
      meanings: { ...meanings, 403: "no such model, or the serial may not read it" },
      ...(range !== undefined && { range: rangeValue(range) }),
    };
    const { status, headers, chunks } = await this.#transport.open(asked);
    const byteLength = parseDecimal(headers.get("content-length") ?? "");
    const came = parseContentRange(headers.get("content-range") ?? "");
    const isAsked =
      byteLength !== undefined &&
      (status === 206
        ? range !== undefined && came?.first === range.first && covers(came, byteLength)
        : range === undefined);
    if (!isAsked) {
      await chunks.next();
      await chunks.return();
      throw unexpected(asked, "other bytes than those asked for");
    }
    const contentType = headers.get("content-type") ?? blobContentType;
    return { contentType, range: status === 206 ? came : undefined, byteLength, chunks };
  }

  /** Procedure 9: the groups that hold it directly. */
  async *groups(model: string, id: string): AsyncGenerator<string, void, void> {
    const asked = {
      action: `list groups of content "${id}"`,
      ...placeOf(procedures.listContentGroups, { model, content: id }),
      query: [["show", "groups"]] as const,
      meanings,
    };
    for await (const [group = ""] of this.#transport.pages(asked)) yield group;
  }

  /** Procedure 10: uploads the bytes of a content, once. Throws `conflict` the second time. */
  async upload(
    model: string,
    id: string,
    content: Upload,
    { contentType = blobContentType, onSent }: UploadOptions = {},
  ): Promise<void> {
    await this.#transport.text({
      action: `upload content "${id}"`,
      ...placeOf(procedures.uploadContent, { model, content: id }),
      body: { contentType, content },
      meanings: { ...meanings, 409: "it was uploaded before, and does not change" },
      ...(onSent !== undefined && { onSent }),
    });
  }

  /** Procedure 11, or 4: deletes a content. Throws `not-found`. */
  async delete(model: string, id: string): Promise<void> {
    await this.#transport.delete({
      action: `delete content "${id}"`,
      ...placeOf(procedures.deleteContent, { model, content: id }),
      inCollection: placeOf(procedures.deleteContentEntry, { model }),
      form: [["id", id]],
      meanings,
    });
  }
}

const meanings = { 400: "the vendor has no such model", 404: "the model has no such content" };

function ofSerial(serial: string | undefined): FormPair[] {
  return serial === undefined ? [] : [["sn", checkSerial(serial)]];
}

function rangeValue({ first, last }: { readonly first: number; readonly last?: number }): string {
  return last === undefined ? `bytes=${first}-` : formatRange(first, last);
}

function covers({ first, last }: ContentRange, byteLength: number): boolean {
  return last - first + 1 === byteLength;
}
