// The ranges of one model, gathered so that it costs little to ask of many serials whether one of
// the ranges contains them: per way of writing numbers, the spans of numbers in order.
//
//     base16/upper/4    0-9, 100-1FF, 4000-4FFF        "0105": 105 is in the second span

import { formatSerial, type SerialFormat } from "../../protocol/mac-serial.js";
import { serialFormats, type SerialRange } from "../../protocol/serial-range.js";
import { readNumber } from "./serial-range.js";

interface Span {
  readonly first: number;
  readonly last: number;
}

/** The spans of one format and casing, by the length of the ranges; 0 for any length. */
type SpansByLength = Map<number, Span[]>;

const casings = ["lower", "upper"] as const;

export class RangeIndex {
  readonly #spans = new Map<string, SpansByLength>();

  constructor(ranges: readonly SerialRange[]) {
    for (const range of [...ranges].sort((one, other) => one.first - other.first)) this.#add(range);
  }

  /** Whether one of the ranges contains the serial. */
  has(sn: string): boolean {
    return serialFormats.some((format) => this.#hasAs(format, sn));
  }

  /** `range`: none that begins earlier comes after it. */
  #add({ format, length, casing, first, last }: SerialRange): void {
    const key = keyOf(format, casing ?? "lower");
    const spansByLength: SpansByLength = this.#spans.get(key) ?? new Map<number, Span[]>();
    this.#spans.set(key, spansByLength);
    // The mac formats have one length, whatever a range says.
    const spanLength = hasLength(format) ? (length ?? 0) : 0;
    const spans = spansByLength.get(spanLength) ?? [];
    spansByLength.set(spanLength, spans);
    const before = spans.at(-1);
    if (before === undefined || first > before.last) spans.push({ first, last });
    else if (last > before.last) spans[spans.length - 1] = { first: before.first, last };
  }

  #hasAs(format: SerialFormat["format"], sn: string): boolean {
    if (!casings.some((casing) => this.#spans.has(keyOf(format, casing)))) return false;
    const number = readNumber(format, sn);
    if (number === undefined) return false;
    for (const casing of casings) {
      const spansByLength = this.#spans.get(keyOf(format, casing));
      if (spansByLength === undefined) continue;
      if (formatSerial(number, { format, length: sn.length, casing }) !== sn) continue;
      const isFilledUp = hasLength(format) && formatSerial(number, { format }).length < sn.length;
      for (const [length, spans] of spansByLength) {
        // With zeros in front only ranges of just this length are written so, else shorter ones too.
        const fits = isFilledUp ? length === sn.length : length <= sn.length;
        if (fits && includes(spans, number)) return true;
      }
    }
    return false;
  }
}

function hasLength(format: SerialFormat["format"]): boolean {
  return format === "base10" || format === "base16";
}

function keyOf(format: SerialFormat["format"], casing: "upper" | "lower"): string {
  return `${format}/${casing}`;
}

/** By halving: the spans are in order and do not overlap. */
function includes(spans: readonly Span[], number: number): boolean {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spans[middle]?.first ?? Infinity) <= number) low = middle + 1;
    else high = middle;
  }
  return number <= (spans[low - 1]?.last ?? -1);
}
