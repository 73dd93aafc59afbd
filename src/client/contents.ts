// The contents of a model: what devices may download (procedures 1 to 11).

import { formatRange, parseContentRange, type ContentRange } from "../protocol/byte-range.js";
import { parseDecimal } from "../protocol/decimal.js";
import type { FormPair } from "../protocol/form.js";
import { blobContentType } from "../protocol/content-types.js";
import type { Upload } from "./body.js";
import { unexpected, type Asked, type Transport } from "./transport.js";
import { procedures } from "../protocol/procedures.js";
import { checkName, checkSerial, placeOf } from "./place.js";

export interface NewContent {
  /** Free text; of a release, see src/protocol/release.ts. */
  readonly meta: string;
  /** Only for serials that share a group with it. */
  readonly protected?: boolean;
}

export interface ContentInfo {
  readonly contentType: string;
  /** 0: nothing is uploaded yet. */
  readonly sizeBytes: number;
  /** Unix seconds, by the service's clock. */
  readonly timestampSeconds: number;
  readonly meta: string;
  /** Undefined if it was asked for a serial: then it may be read by that one. */
  readonly protected: boolean | undefined;
}

export interface Download {
  readonly contentType: string;
  /** Which bytes of the content come; undefined: all of them. */
  readonly range: ContentRange | undefined;
  readonly byteLength: number;
  /** The bytes as they arrive. */
  readonly chunks: AsyncGenerator<Uint8Array, void, void>;
}

export interface DownloadOptions {
  /** Only if this serial may read it. */
  readonly serial?: string;
  /** First and last byte; without a last one, to the end. */
  readonly range?: { readonly first: number; readonly last?: number };
}

export interface UploadOptions {
  readonly contentType?: string;
  readonly onSent?: (sentBytes: number) => void;
}

export class Contents {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** 1; with `serial` 2: the ids of those that it may read. */
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

  /** 3: makes the entity, still without content. Throws `conflict` if it exists. */
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

  /** 5; with `serial` 7. Throws `not-found`. */
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

  /** 6; with `serial` 8. Throws `unexpected-answer` if other bytes than those asked for come. */
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

  /** 9: the groups that hold it directly. */
  async *groups(model: string, id: string): AsyncGenerator<string, void, void> {
    const asked = {
      action: `list groups of content "${id}"`,
      ...placeOf(procedures.listContentGroups, { model, content: id }),
      query: [["show", "groups"]] as const,
      meanings,
    };
    for await (const [group = ""] of this.#transport.pages(asked)) yield group;
  }

  /** 10: uploads what an entity stands for, once. Throws `conflict` if it has been. */
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

  /** 11, or 4. Throws `not-found`. */
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
