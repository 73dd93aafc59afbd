// How long the service may keep the event loop to itself. The loads are the largest that the
// limits let through.

import assert from "node:assert/strict";
import { isSerial } from "../../src/protocol/paths.js";
import { Refusal } from "../../src/service/errors.js";
import { Fields } from "../../src/service/http/fields.js";
import { mapRows, readRows } from "../../src/service/http/request-rows.js";
import { formPairsMax, serviceLimits, tableRowsMax } from "../../src/service/limits.js";
import { readRanges } from "../../src/service/stores/serial-range.js";
import { Turns } from "../../src/service/turns.js";
import { longestTurnMs } from "./longest-turn.js";

const turnMsMax = 50;
/** The quickest of several runs counts: the first compiles, and a collection of garbage may fall in. */
const runs = 5;

/** A load that is refused counts with what it cost until then. */
async function unlessRefused(run: () => unknown): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

const { tableBytesMax, formBytesMax, jsonBytesMax } = serviceLimits;

function filled(pattern: string, byteLength: number): Buffer {
  return Buffer.alloc(byteLength, pattern, "latin1");
}

/** Reads `bytes` as two columns. */
function reading(bytes: Buffer): () => unknown {
  return () => readRows(bytes, 2, new Turns());
}

function decoding(text: string): () => unknown {
  return () => new Fields(text);
}

function parsing(text: string): () => unknown {
  return () => readRanges(text);
}

const serials = Array.from({ length: tableRowsMax }, (_, at) => `serial-${at}`);
const short = filled("1234567\n", 2 * tableRowsMax);
const range = '{"format":"mac:48","length":null,"casing":"upper","first":1,"last":2}';
const ranges = Array.from({ length: Math.floor(jsonBytesMax / 80) }, () => range).join(",");

const loads: Readonly<Record<string, () => unknown>> = {
  "200,000 rows": reading(Buffer.from(serials.map((sn) => `${sn},extra text\n`).join(""))),
  "the shortest rows": reading(filled("a\n", 2 * tableRowsMax)),
  "the longest rows": reading(filled(`"${"x".repeat(4000)}"\n`, tableBytesMax)),
  "blank lines": reading(filled("\n", tableBytesMax)),
  "quotes alone": reading(filled('""\n', tableBytesMax)),
  "Latin-1 rows": reading(filled("\xe9\n", tableBytesMax)),
  "three tables at once": async () => {
    const turns = new Turns();
    await Promise.all(Array.from({ length: 3 }, () => readRows(short, 2, turns)));
  },
  "200,000 rows to look at": () => mapRows(serials, new Turns(), isSerial),
  "a form of escapes": decoding("%zz".repeat(formBytesMax / 3)),
  "a form of escaped bytes": decoding("%ff".repeat(formBytesMax / 3)),
  "a form of escapes apart": decoding("%41x".repeat(formBytesMax / 4)),
  "a form of percent signs": decoding("%".repeat(formBytesMax)),
  "a form of the most pairs": () => {
    const fields = new Fields("sn=1&".repeat(formPairsMax - 1));
    // As often as procedures 35 to 40 look.
    for (let count = 0; count < 8; count++) fields.list("sn");
  },
  "a form of too many pairs": decoding("&".repeat(formBytesMax)),
  "JSON of brackets": parsing("[".repeat(jsonBytesMax)),
  "JSON of nested lists": parsing("[".repeat(jsonBytesMax / 2) + "]".repeat(jsonBytesMax / 2)),
  "JSON of ranges": parsing(`{"ranges":[${ranges}]}`),
};

describe("the event loop is kept for less than 50 ms by", () => {
  for (const [title, run] of Object.entries(loads)) {
    it(title, async function () {
      this.timeout(60_000);
      let best = Infinity;
      for (let count = 0; count < runs && best >= turnMsMax / 2; count++) {
        best = Math.min(best, await longestTurnMs(() => unlessRefused(run)));
      }
      assert.ok(best < turnMsMax, `the longest turn took ${best.toFixed(1)} ms`);
    });
  }
});
