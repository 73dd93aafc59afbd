// Ranges of serials: numbers that count as serials of a model without being listed one by one
// (procedures 34, 38 and 42).

import { serialFormats, type SerialRange } from "../protocol/serial-range.js";
import { jsonBody } from "./body.js";
import { unexpected, type Transport } from "./transport.js";
import { procedures } from "../protocol/procedures.js";
import { placeOf } from "./place.js";

const meanings = {
  400: "the service does not take such a range",
  404: "the vendor has no such model",
  409: "the model may not have so many ranges",
};

/** The ranges of serials of the vendor's models. */
export class Ranges {
  readonly #transport: Transport;

  /** VendorClient makes it. */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Procedure 34: the ranges of a model. Throws `not-found`. */
  async list(model: string): Promise<SerialRange[]> {
    const asked = {
      action: `list ranges of model "${model}"`,
      ...placeOf(procedures.listRanges, { model }),
      query: [["show", "ranges"]] as const,
      meanings,
    };
    const ranges = readRanges(await this.#transport.text(asked));
    if (ranges === undefined) throw unexpected(asked, "something other than ranges");
    return ranges;
  }

  /** Procedure 38: all or none. */
  async add(model: string, ranges: readonly SerialRange[]): Promise<void> {
    await this.#transport.text({
      action: `add ranges to model "${model}"`,
      ...placeOf(procedures.addRanges, { model }),
      body: jsonBody({ ranges }),
      meanings,
    });
  }

  /**
   * Procedure 42: takes numbers out of the ranges of the same form. There is no other way than
   * DELETE.
   */
  async remove(model: string, ranges: readonly SerialRange[]): Promise<void> {
    await this.#transport.text({
      action: `remove ranges from model "${model}"`,
      ...placeOf(procedures.deleteRanges, { model }),
      body: jsonBody({ ranges }),
      meanings,
    });
  }
}

/** The ranges of an answer: the documents' object, or the bare array that some servers send. */
function readRanges(text: string): SerialRange[] | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text === "" ? "[]" : text);
  } catch {
    return undefined;
  }
  const list: unknown = isRecord(body) ? body["ranges"] : body;
  if (!Array.isArray(list)) return undefined;
  const ranges = list.map(readRange);
  return ranges.every((range) => range !== undefined) ? ranges : undefined;
}

function readRange(value: unknown): SerialRange | undefined {
  if (!isRecord(value)) return undefined;
  const { length = null, casing = null, first, last } = value;
  const format = serialFormats.find((known) => known === value["format"]);
  const isRange =
    format !== undefined &&
    (length === null || typeof length === "number") &&
    (casing === null || casing === "upper" || casing === "lower") &&
    typeof first === "number" &&
    typeof last === "number";
  return isRange ? { format, length, casing, first, last } : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
