// What the status of an answer means, the same for each request with a CIK.

import assert from "node:assert/strict";
import { problemOfHead, type ContactProblem } from "../../src/agent/contact.js";
import type { ResponseHead } from "../../src/http/head-parser.js";

function head(status: number, retryAfter?: string): ResponseHead {
  return {
    status,
    contentLength: undefined,
    contentRange: undefined,
    contentType: undefined,
    retryAfter,
    location: undefined,
    contentCoding: undefined,
    date: undefined,
    skippedLines: 0,
  };
}

describe("the classifier of answers", () => {
  for (const status of [200, 204, 206]) {
    it(`takes ${status} for an answer`, () => {
      assert.equal(problemOfHead(head(status)), undefined);
    });
  }

  const kinds: readonly [status: number, kind: ContactProblem["kind"]][] = [
    [401, "unauthorized"],
    [403, "refused"],
    [404, "changed"],
    [416, "changed"],
    [429, "failed"],
    [302, "failed"],
    [400, "failed"],
    [503, "failed"],
  ];
  for (const [status, kind] of kinds) {
    it(`takes ${status} for ${kind}, and names the status`, () => {
      const problem = problemOfHead(head(status));
      assert.equal(problem?.kind, kind);
      assert.match(problem.reason, new RegExp(`^the service answered ${status}`));
    });
  }

  it("keeps the wait that the service asks for, up to a bound", () => {
    assert.deepEqual(problemOfHead(head(503, "7")), {
      kind: "failed",
      reason: "the service answered 503",
      retryAfterMs: 7000,
    });
    assert.deepEqual(problemOfHead(head(503, "99999999")), {
      kind: "failed",
      reason: "the service answered 503",
      retryAfterMs: 900_000,
    });
  });
});
