// Requests of one vendor to one service, over the built-in fetch: keys, time-outs, pages and the
// shapes of answers. What is asked, and what an answer means, is with the procedures.
//
// A key goes into its header field and nowhere else: redirections are not followed, since they
// would take it along.

import { RowError, RowReader } from "../protocol/csv.js";
import { encodeForm, type FormPair } from "../protocol/form.js";
import { cikHeader, isCik, tokenHeader, vendorHeader } from "../protocol/paths.js";
import { chunksOf, formBody, type Body } from "./body.js";
import { ClientError, refusal, type Meanings } from "./client-error.js";
import type { PlaceOfRequest } from "./place.js";
import { Silence } from "./silence.js";

/** Who asks: a vendor by its token, or by its CIK. */
export type Credentials =
  | {
      /** A vendor's token, 40 letters and digits. It opens no tokens (procedures 59 to 63). */
      readonly token: string;
    }
  | {
      /** A vendor's CIK, 40 letters and digits. */
      readonly cik: string;
    };

/** Where a client asks, and with which key. */
export type ClientOptions = Credentials & {
  /** `http://host:port` or `https://host:port`, without a slash at the end. */
  readonly server: string;
  /** A request fails after this time without a byte in either direction; default: 60,000. */
  readonly timeoutMs?: number;
  /**
   * Sends a POST where it does what a DELETE does, for proxies that stop DELETE; default: false.
   */
  readonly deletesByPost?: boolean;
};

export interface Asked extends PlaceOfRequest {
  /** What is asked, as an error says it: "create model lamp". */
  readonly action: string;
  readonly query?: readonly FormPair[];
  readonly body?: Body;
  /** The value of a Range field. */
  readonly range?: string;
  readonly meanings?: Meanings;
  /** Told as the body goes out. */
  readonly onSent?: (sentBytes: number) => void;
}

/** A deletion: at its place, or, as a form of its name, in the collection at `inCollection`. */
interface Deletion extends Omit<Asked, "query"> {
  readonly inCollection: PlaceOfRequest;
  readonly form: readonly FormPair[];
}

/** An answer whose body is still to come. Its `chunks` must be read to their end, or returned. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly chunks: AsyncGenerator<Uint8Array, void, void>;
}

const timeoutMsDefault = 60_000;
/** The API's largest page. */
const pageRows = 1000;
/** A page of the longest rows: 1,000 of 4 KiB of meta, names and times. */
const answerBytesMax = 8 * 1024 * 1024;
const rowBytesMax = 16_384;

export class Transport {
  readonly #options: ClientOptions;
  readonly #sharedBy: string | undefined;

  constructor(options: ClientOptions, sharedBy?: string) {
    const key = "token" in options ? options.token : options.cik;
    if (!isCik(key)) {
      throw new ClientError(
        "invalid",
        `expected a key of 40 letters and digits, got ${key.length} characters`,
      );
    }
    this.#options = options;
    this.#sharedBy = sharedBy;
  }

  /** The same, on the models that `vendor` shares (X-Exosite-Vendor). */
  sharedBy(vendor: string): Transport {
    return new Transport(this.#options, vendor);
  }

  /** Asks for something whose answer is a text, or nothing. */
  async text(asked: Asked): Promise<string> {
    return Buffer.concat(await this.#gather(asked)).toString("utf8");
  }

  /** Asks for CSV: the fields of each row; none if the answer is empty. */
  async rows(asked: Asked): Promise<string[][]> {
    const reader = new RowReader({ badRow: "throw", rowBytesMax });
    const rows: string[][] = [];
    try {
      for (const chunk of await this.#gather(asked)) {
        reader.receive(chunk);
        for (let row = reader.next(); row !== undefined; row = reader.next()) rows.push(row);
      }
      reader.receiveEnd();
      for (let row = reader.next(); row !== undefined; row = reader.next()) rows.push(row);
    } catch (error) {
      if (error instanceof RowError) throw unexpected(asked, `unreadable rows: ${error.message}`);
      throw error;
    }
    return rows;
  }

  /** Asks for one page after the other, until one is not full. */
  async *pages(asked: Asked): AsyncGenerator<string[], void, void> {
    for (let offset = 0; ; offset += pageRows) {
      const page: FormPair[] = [
        ["offset", String(offset)],
        ["limit", String(pageRows)],
      ];
      const rows = await this.rows({ ...asked, query: [...(asked.query ?? []), ...page] });
      if (rows.length > pageRows) {
        throw unexpected(asked, `expected a page of ${pageRows} rows, got ${rows.length}`);
      }
      yield* rows;
      if (rows.length < pageRows) return;
    }
  }

  /** Posts a form. @returns the text of the answer */
  post(asked: Omit<Asked, "body">, form: readonly FormPair[]): Promise<string> {
    return this.text({ ...asked, body: formBody(form) });
  }

  async delete({ inCollection, form, body, ...asked }: Deletion): Promise<void> {
    if (this.#options.deletesByPost === true) {
      await this.post({ ...asked, ...inCollection }, [["delete", "true"], ...form]);
    } else await this.text({ ...asked, ...(body !== undefined && { body }) });
  }

  /** Asks for something of any length. Throws if the answer is no success. */
  async open(asked: Asked): Promise<Answer> {
    const { server, timeoutMs = timeoutMsDefault } = this.#options;
    const query = asked.query === undefined ? "" : `?${encodeForm(asked.query)}`;
    const silence = new Silence(timeoutMs);
    let response: Response;
    try {
      response = await fetch(server + asked.path + query, {
        method: asked.method,
        headers: this.#headers(asked),
        redirect: "manual",
        signal: silence.signal,
        ...(asked.body !== undefined && {
          duplex: "half",
          body: chunksOf(asked.body.content, (sentBytes) => {
            silence.moved();
            asked.onSent?.(sentBytes);
          }),
        }),
      });
    } catch (error) {
      silence.end();
      throw this.#failure(asked, error);
    }
    silence.moved();
    const { status, headers } = response;
    const chunks = this.#chunks(asked, response, silence);
    if (response.ok) return { status, headers, chunks };
    silence.end();
    await response.body?.cancel();
    throw refusal(asked.action, status, asked.meanings);
  }

  #headers({ body, range }: Asked): Record<string, string> {
    const key: Credentials = this.#options;
    return {
      ...("token" in key ? { [tokenHeader]: key.token } : { [cikHeader]: key.cik }),
      ...(this.#sharedBy !== undefined && { [vendorHeader]: this.#sharedBy }),
      // Sizes and ranges are those of the content as it is.
      "Accept-Encoding": "identity",
      ...(range !== undefined && { Range: range }),
      ...(body !== undefined && {
        "Content-Type": body.contentType,
        "Content-Length": String(body.content.byteLength),
      }),
    };
  }

  async *#chunks(
    asked: Asked,
    response: Response,
    silence: Silence,
  ): AsyncGenerator<Uint8Array, void, void> {
    try {
      if (response.body === null) return;
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        silence.moved();
        yield chunk;
      }
    } catch (error) {
      throw this.#failure(asked, error);
    } finally {
      silence.end();
    }
  }

  async #gather(asked: Asked): Promise<Uint8Array[]> {
    const gathered: Uint8Array[] = [];
    let byteLength = 0;
    for await (const chunk of (await this.open(asked)).chunks) {
      byteLength += chunk.length;
      if (byteLength > answerBytesMax) {
        throw unexpected(asked, `expected at most ${answerBytesMax} bytes, got more`);
      }
      gathered.push(chunk);
    }
    return gathered;
  }

  #failure({ action }: Asked, error: unknown): ClientError {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    if (cause instanceof ClientError) return cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = message === "" ? (code ?? "no answer") : message;
    const { server } = this.#options;
    return new ClientError("unreachable", `cannot ${action}: ${server} does not answer: ${reason}`);
  }
}

/** An answer that is none of this API's. */
export function unexpected({ action }: Pick<Asked, "action">, what: string): ClientError {
  return new ClientError("unexpected-answer", `cannot ${action}: the service answered ${what}`);
}
