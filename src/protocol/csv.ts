// Rows of comma-separated values: RFC 4180, as Provision writes them (S-38, S-41) and, a little
// wider, as others do. The reader takes bytes as they arrive and holds one row at a time.
//
//     fw-1.0.0 CRLF        "a,b","say ""hi""",c CRLF        (LF alone ends a row, too)

import { rowBytesMax as rowBytesMaxDefault, rowFieldsMax } from "./limits.js";
import { decodeUtf8 } from "./utf8.js";

const quote = 0x22;
const comma = 0x2c;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;
/** U+FEFF in UTF-8. */
const byteOrderMark: readonly number[] = Object.freeze([0xef, 0xbb, 0xbf]);

/** One row with its CRLF. Only what needs quotes gets them. */
export function formatRow(fields: readonly string[]): string {
  // A lone empty field would be a blank line, which readers skip.
  if (fields.length === 1 && fields[0] === "") return '""\r\n';
  return `${fields.map(formatField).join(",")}\r\n`;
}

function formatField(field: string): string {
  const isPlain =
    !field.includes(",") && !field.includes('"') && !field.includes("\r") && !field.includes("\n");
  return isPlain ? field : `"${field.replaceAll('"', '""')}"`;
}

export type RowErrorKind =
  | "row-too-long"
  | "too-many-fields"
  /** Text behind a closing quote, no closing quote, or a CR outside quotes that ends no line. */
  | "malformed";

export class RowError extends Error {
  override readonly name = "RowError";
  readonly kind: RowErrorKind;

  constructor(kind: RowErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

export interface RowReaderOptions {
  /** What to do with a row that cannot be read: throw RowError, or go on with the next one. */
  readonly badRow: "throw" | "skip";
  /** Passes over a byte order mark (U+FEFF) in front of the first row. Default: it is content. */
  readonly dropsByteOrderMark?: boolean;
  /** Bytes of one row; commas, enclosing quotes and the line end do not count. */
  readonly rowBytesMax?: number;
}

/** `quote`: a quote within quotes, closing or, if another follows, one of the field. */
type State = "field-start" | "plain" | "quoted" | "quote" | "return";

export class RowReader {
  readonly #options: RowReaderOptions;
  /** The fields of the row so far, without quotes, one right behind the other. */
  readonly #row: Uint8Array;
  #rowLength = 0;
  /** Where in `#row` each complete field ends. */
  #fieldEnds: number[] = [];
  #state: State = "field-start";
  /** Nothing of the row but its line end has been seen. */
  #isBlank = true;
  /** The row being read is bad and will be skipped. */
  #isBad = false;
  #skipped = 0;
  /** Bytes of a byte order mark that have been met; undefined: none is looked for any more. */
  #markBytes: number | undefined;
  #bytes: Uint8Array | undefined;
  #offset = 0;
  #hasEnded = false;
  #failure: RowError | undefined;

  constructor(options: RowReaderOptions) {
    this.#options = options;
    this.#row = new Uint8Array(options.rowBytesMax ?? rowBytesMaxDefault);
    this.#markBytes = options.dropsByteOrderMark === true ? 0 : undefined;
  }

  /** How many bad rows were skipped. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Hands in what arrived; it is kept until `next` has returned undefined. */
  receive(bytes: Uint8Array): void {
    if (this.#bytes !== undefined) throw new Error("receive() before next() returned undefined");
    this.#bytes = bytes;
    this.#offset = 0;
  }

  /** There is no more: the last row may lack its line end. */
  receiveEnd(): void {
    this.#hasEnded = true;
  }

  /** The fields of the next row; undefined: more is needed, or that was all. Skips blank lines. */
  next(): string[] | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    for (let bytes = this.#bytes; bytes !== undefined;) {
      const byte = bytes[this.#offset++];
      if (byte === undefined) {
        bytes = this.#bytes = undefined;
      } else if (this.#markBytes !== undefined && this.#isOfMark(byte, this.#markBytes)) {
        continue;
      } else if (this.#take(byte)) {
        const row = this.#endRow();
        if (row !== undefined) return row;
      }
    }
    if (!this.#hasEnded) return undefined;
    this.#endMark();
    if (this.#state === "quoted") this.#refuse("malformed", "a closing quote");
    return this.#endRow();
  }

  /** Whether `byte` goes on with a byte order mark of which `met` bytes have been met. */
  #isOfMark(byte: number, met: number): boolean {
    if (byte !== byteOrderMark[met]) {
      this.#endMark();
      return false;
    }
    this.#markBytes = met + 1 < byteOrderMark.length ? met + 1 : undefined;
    return true;
  }

  /** What has been met was no byte order mark: it is content. */
  #endMark(): void {
    const met = this.#markBytes ?? 0;
    this.#markBytes = undefined;
    for (let at = 0; at < met; at++) this.#take(byteOrderMark[at] ?? 0);
  }

  /** Takes one byte in; true: it ended the row. */
  #take(byte: number): boolean {
    switch (this.#state) {
      case "quoted":
        if (byte === quote) this.#state = "quote";
        else this.#store(byte);
        return false;
      case "quote":
        if (byte === quote) {
          this.#state = "quoted";
          this.#store(quote);
          return false;
        }
        if (byte !== comma && byte !== carriageReturn && byte !== lineFeed) {
          this.#refuse("malformed", "a comma or a line end behind a closing quote");
        }
        break;
      case "return":
        if (byte !== lineFeed) this.#refuse("malformed", "LF after CR");
        break;
      case "field-start":
        if (byte === quote) {
          this.#isBlank = false;
          this.#state = "quoted";
          return false;
        }
        break;
      case "plain":
        break;
    }
    return this.#takeOutsideQuotes(byte);
  }

  #takeOutsideQuotes(byte: number): boolean {
    if (byte === lineFeed) return true;
    if (byte === carriageReturn) {
      this.#state = "return";
      return false;
    }
    this.#isBlank = false;
    if (byte === comma) {
      this.#endField();
      this.#state = "field-start";
    } else {
      this.#store(byte);
      this.#state = "plain";
    }
    return false;
  }

  #store(byte: number): void {
    if (this.#isBad) return;
    if (this.#rowLength === this.#row.length) {
      this.#refuse("row-too-long", `a row of at most ${this.#row.length} bytes`);
      return;
    }
    this.#row[this.#rowLength++] = byte;
  }

  #endField(): void {
    if (this.#isBad) return;
    if (this.#fieldEnds.length === rowFieldsMax) {
      this.#refuse("too-many-fields", `a row of at most ${rowFieldsMax} fields`);
      return;
    }
    this.#fieldEnds.push(this.#rowLength);
  }

  /** The row's fields; undefined if it is to be skipped. Prepares for the next one. */
  #endRow(): string[] | undefined {
    let row: string[] | undefined;
    if (!this.#isBlank) this.#endField();
    if (this.#isBad) {
      this.#skipped++;
    } else if (!this.#isBlank) {
      let start = 0;
      row = this.#fieldEnds.map((end) => {
        const field = decodeUtf8(this.#row, start, end);
        start = end;
        return field;
      });
    }
    this.#rowLength = 0;
    this.#fieldEnds = [];
    this.#state = "field-start";
    this.#isBlank = true;
    this.#isBad = false;
    return row;
  }

  #refuse(kind: RowErrorKind, expected: string): void {
    this.#isBad = true;
    if (this.#options.badRow === "skip") return;
    this.#failure = new RowError(kind, `expected ${expected}, got something else`);
    throw this.#failure;
  }
}
