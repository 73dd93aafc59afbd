// The cases of test/http/cases, each run whole, byte by byte and cut at random places.

import assert from "node:assert/strict";
import fc from "fast-check";
import type { RemoteProtocolErrorKind } from "../../src/http/protocol-error.js";
import { readCaseFiles } from "./case-file.js";
import { bytewise, readPieces, split } from "./event-log.js";

const everyKind: Record<RemoteProtocolErrorKind, true> = {
  "status-line": true,
  "bare-carriage-return": true,
  "bare-line-feed": true,
  "obsolete-folding": true,
  "space-before-colon": true,
  "field-name": true,
  "field-value": true,
  "content-length": true,
  "content-length-conflict": true,
  "content-length-with-transfer-encoding": true,
  "transfer-coding": true,
  "transfer-encoding-in-http-1.0": true,
  "chunk-size": true,
  "chunk-extension": true,
  "chunk-end": true,
  "content-range-conflict": true,
  "switching-protocols": true,
  "line-too-long": true,
  "head-too-long": true,
  "too-many-fields": true,
  "too-many-interim-responses": true,
  "trailers-too-long": true,
  "unsolicited-response": true,
  "closed-before-response": true,
  "closed-within-response": true,
};

describe("response reader, case by case", () => {
  const files = readCaseFiles();

  for (const { title, cases } of files) {
    describe(title, () => {
      for (const { name, requests, bytes, isClosed, log } of cases) {
        it(name, () => {
          assert.equal(readPieces(requests, [bytes], isClosed), log);
          assert.equal(readPieces(requests, bytewise(bytes), isClosed), log, "byte by byte");
          fc.assert(
            fc.property(fc.array(fc.nat(), { maxLength: 8 }), (places) => {
              assert.equal(readPieces(requests, split(bytes, places), isClosed), log);
            }),
            { numRuns: 20 },
          );
        });
      }
    });
  }

  it("shows every kind of error at least once", () => {
    const logs = files.flatMap(({ cases }) => cases.map((each) => each.log)).join("\n");
    const shown = new Set(Array.from(logs.matchAll(/^error (.+)$/gm), (match) => match[1]));
    assert.deepEqual([...shown].sort(), Object.keys(everyKind).sort());
  });
});
