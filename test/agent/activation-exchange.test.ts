// What each answer to an activation means.

import assert from "node:assert/strict";
import { ActivationExchange } from "../../src/agent/activation-exchange.js";
import type { ContactProblem } from "../../src/agent/contact.js";
import type { ResponseHead } from "../../src/http/head-parser.js";
import { ascii } from "../support/virtual-service.js";

const cik = "0123456789abcdefghijABCDEFGHIJ0123456789";

type Outcome = { readonly cik: string } | ContactProblem;

function headOf(status: number, retryAfter?: string): ResponseHead {
  return {
    status,
    contentLength: undefined,
    contentRange: undefined,
    contentType: undefined,
    retryAfter,
    location: undefined,
  };
}

function begin(): { exchange: ActivationExchange; outcomes: Outcome[] } {
  const outcomes: Outcome[] = [];
  const exchange = new ActivationExchange(
    { method: "POST", target: "/provision/activate", host: "h", fields: [] },
    (outcome) => outcomes.push(outcome),
  );
  return { exchange, outcomes };
}

/** Plays an answer, its body in the given pieces. */
function answer(head: ResponseHead, ...pieces: readonly string[]): Outcome {
  const { exchange, outcomes } = begin();
  exchange.onHead(head);
  for (const piece of pieces) exchange.onBody(ascii(piece));
  assert.ok(outcomes.length === 0, "an outcome before the end");
  exchange.onEnd();
  assert.equal(outcomes.length, 1);
  const outcome = outcomes[0];
  assert.ok(outcome);
  return outcome;
}

describe("an activation", () => {
  it("never shares the connection with another request", () => {
    assert.equal(begin().exchange.pipelined, false);
  });

  it("gives the CIK, in any pieces, with or without a line end", () => {
    for (const body of [cik, `${cik}\n`, `${cik}\r\n`, `${cik}\r\n\r\n`]) {
      assert.deepEqual(answer(headOf(200), body), { cik });
      assert.deepEqual(answer(headOf(200), ...Array.from(body)), { cik });
    }
  });

  it("takes nothing else for a CIK, and does not say what it was", () => {
    const bodies = [
      "",
      cik.slice(1),
      `${cik}0`,
      ` ${cik}`,
      `${cik.slice(1)}-`,
      `${cik.slice(1)}é`,
      `${cik}\nx`,
      "<html>".repeat(10_000),
    ];
    for (const body of bodies) {
      const outcome = answer(headOf(200), body);
      assert.deepEqual(outcome, { kind: "failed", reason: "the answer is not a CIK" });
    }
  });

  it("tells the two refusals that only a person can end", () => {
    const whatHelps: readonly [status: number, reason: RegExp][] = [
      [404, /\(404\): register the serial$/],
      [409, /\(409\): enable it again$/],
    ];
    for (const [status, reason] of whatHelps) {
      const outcome = answer(headOf(status), cik);
      assert.ok("kind" in outcome && outcome.kind === "refused");
      assert.match(outcome.reason, reason);
    }
  });

  it("fails for any other status, and hands on the wait that is asked for", () => {
    for (const status of [201, 204, 302, 400, 401, 403, 415, 429, 500, 503]) {
      const outcome = answer(headOf(status, "30"), cik);
      assert.ok("kind" in outcome && outcome.kind === "failed", String(status));
      assert.equal(outcome.retryAfterMs, 30_000);
      assert.match(outcome.reason, new RegExp(`answered ${String(status)} `));
    }
  });

  it("fails if the connection does", () => {
    const { exchange, outcomes } = begin();
    exchange.onHead(headOf(200));
    exchange.onBody(ascii(cik));
    exchange.onFailure({ kind: "lost", message: "gone" });
    assert.deepEqual(outcomes, [{ kind: "failed", reason: "lost: gone" }]);
  });
});
