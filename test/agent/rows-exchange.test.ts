// Answers made of rows: whatever the pieces, and what is no such answer.

import assert from "node:assert/strict";
import type { ContactProblem } from "../../src/agent/contact.js";
import { RowsExchange } from "../../src/agent/rows-exchange.js";
import type { ResponseHead } from "../../src/http/head-parser.js";
import { ascii } from "../support/virtual-service.js";

const csv = "text/csv; charset=utf-8";

function headOf(status: number, contentType?: string, contentLength?: number): ResponseHead {
  return {
    status,
    contentType,
    contentLength,
    contentRange: undefined,
    retryAfter: undefined,
    location: undefined,
    contentCoding: undefined,
    date: undefined,
    skippedLines: 0,
  };
}

interface Answered {
  readonly rows: readonly (readonly string[])[];
  readonly problem: ContactProblem | undefined;
  readonly isTyped: boolean;
  readonly badRows: number;
}

/** Plays an answer to an exchange, its body in pieces. */
function answer(head: ResponseHead, body = "", pieceBytes = Infinity): Answered {
  const rows: (readonly string[])[] = [];
  const ends: Omit<Answered, "rows">[] = [];
  const exchange = new RowsExchange(
    { method: "GET", target: "/", host: "h", fields: [] },
    (fields) => rows.push(fields),
    (outcome) => ends.push(outcome),
  );
  exchange.onHead(head);
  const bytes = ascii(body);
  const step = Math.min(pieceBytes, Math.max(1, bytes.length));
  for (let at = 0; at < bytes.length; at += step) exchange.onBody(bytes.subarray(at, at + step));
  exchange.onEnd();
  const [end] = ends;
  assert.ok(end !== undefined && ends.length === 1);
  return { rows, ...end };
}

describe("an answer made of rows", () => {
  it("is read the same in any pieces, with or without its last line end", () => {
    const rows = [["lamp-1.0.0"], ["a,b", 'say "hi"', ""]];
    for (const end of ["\r\n", ""]) {
      const body = `lamp-1.0.0\r\n"a,b","say ""hi""",${end}`;
      for (const pieceBytes of [1, 2, 7, Infinity]) {
        const expected = { rows, problem: undefined, isTyped: true, badRows: 0 };
        assert.deepEqual(answer(headOf(200, csv), body, pieceBytes), expected);
      }
    }
  });

  it("may be empty: a 204, or a 200 of length 0, but not every such answer is the service's", () => {
    const empty = { rows: [], problem: undefined, badRows: 0 };
    assert.deepEqual(answer(headOf(204)), { ...empty, isTyped: false });
    assert.deepEqual(answer(headOf(204, csv)), { ...empty, isTyped: false });
    assert.deepEqual(answer(headOf(200, undefined, 0)), { ...empty, isTyped: false });
    assert.deepEqual(answer(headOf(200, csv, 0)), { ...empty, isTyped: true });
  });

  it("skips a row that is too long or malformed, and takes the others", () => {
    const body = `good\r\n"bad"x\r\n${"y".repeat(5000)}\r\nalso good\r\n`;
    const { rows, badRows } = answer(headOf(200, csv), body);
    assert.deepEqual(rows, [["good"], ["also good"]]);
    assert.equal(badRows, 2);
  });

  it("may begin with a byte order mark, which is dropped, in any pieces", () => {
    for (const pieceBytes of [1, 2, Infinity]) {
      const { rows } = answer(headOf(200, csv), '\xef\xbb\xbf"lamp-1.0.0"\r\n', pieceBytes);
      assert.deepEqual(rows, [["lamp-1.0.0"]]);
    }
  });

  it("is none if it is compressed", () => {
    const head = { ...headOf(200, csv), contentCoding: "gzip" };
    const { rows, problem } = answer(head, "lamp-1.1.0\r\n");
    assert.deepEqual(rows, []);
    assert.deepEqual(problem, {
      kind: "failed",
      reason: "the answer is compressed (Content-Encoding: gzip)",
    });
  });

  it("is none if a captive portal gives it", () => {
    const portals = [
      headOf(200, "text/html", 9),
      headOf(200, undefined, 9),
      headOf(200),
      headOf(201, csv, 9),
      headOf(206, csv, 9),
    ];
    for (const head of portals) {
      const { rows, problem } = answer(head, "<html>,no");
      assert.deepEqual(rows, []);
      assert.equal(problem?.kind, "failed");
    }
  });

  it("tells by its status whose turn it is", () => {
    const kinds: readonly [status: number, kind: ContactProblem["kind"]][] = [
      [401, "unauthorized"],
      [403, "refused"],
      [404, "changed"],
      [302, "failed"],
      [429, "failed"],
      [500, "failed"],
      [503, "failed"],
    ];
    for (const [status, kind] of kinds) {
      const { rows, problem } = answer(headOf(status, csv), "not\r\na\r\nrow\r\n");
      assert.deepEqual(rows, []);
      assert.equal(problem?.kind, kind, String(status));
    }
  });

  it("hands on the wait that the service asks for, within bounds", () => {
    for (const [value, retryAfterMs] of [
      ["7", 7000],
      ["99999999999999", 900_000],
    ] as const) {
      const { problem } = answer({ ...headOf(503), retryAfter: value });
      assert.deepEqual(problem, {
        kind: "failed",
        reason: "the service answered 503",
        retryAfterMs,
      });
    }
  });

  it("is a failure if the connection has one", () => {
    let problem: ContactProblem | undefined;
    const exchange = new RowsExchange(
      { method: "GET", target: "/", host: "h", fields: [] },
      () => undefined,
      (outcome) => ({ problem } = outcome),
    );
    exchange.onFailure({ kind: "lost", message: "gone" });
    assert.deepEqual(problem, { kind: "failed", reason: "lost: gone" });
  });
});
