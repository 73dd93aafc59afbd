// What each answer to an activation means.

import assert from "node:assert/strict";
import { ActivationExchange, type ActivationOutcome } from "../../src/agent/activation-exchange.js";
import type { ConnectionFailure } from "../../src/agent/exchange.js";
import type { ResponseHead } from "../../src/http/head-parser.js";
import { ascii } from "../support/virtual-service.js";

const cik = "0123456789abcdefghijABCDEFGHIJ0123456789";

function headOf(status: number, retryAfter?: string): ResponseHead {
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

function begin(mayBeActivated = false): {
  exchange: ActivationExchange;
  outcomes: ActivationOutcome[];
} {
  const outcomes: ActivationOutcome[] = [];
  const exchange = new ActivationExchange(
    { method: "POST", target: "/provision/activate", host: "h", fields: [] },
    { serial: "0001", model: "lamp", mayBeActivated },
    (outcome) => outcomes.push(outcome),
  );
  return { exchange, outcomes };
}

/** Plays an answer, its body in the given pieces. */
function answer(head: ResponseHead, ...pieces: readonly string[]): ActivationOutcome {
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
      const problem = { kind: "failed", reason: "the answer is not a CIK" };
      assert.deepEqual(outcome, { problem, mayBeLost: true });
    }
  });

  it("tells what a person has to do, for which serial, where only a person can end it", () => {
    const whatHelps: readonly [status: number, mayBeActivated: boolean, reason: RegExp][] = [
      [404, false, /\(404\): register serial 0001 of model lamp$/],
      [409, false, /not enabled.* \(409\): enable serial 0001 of model lamp$/],
      [409, true, /answer.* was lost.* \(409\): enable serial 0001 of model lamp again$/],
    ];
    for (const [status, mayBeActivated, reason] of whatHelps) {
      const { exchange, outcomes } = begin(mayBeActivated);
      exchange.onHead(headOf(status));
      exchange.onBody(ascii(cik));
      exchange.onEnd();
      const [outcome] = outcomes;
      assert.ok(outcome !== undefined && "problem" in outcome);
      assert.deepEqual([outcome.problem.kind, outcome.mayBeLost], ["refused", false]);
      assert.match(outcome.problem.reason, reason);
    }
  });

  it("fails for any other status, and hands on the wait that is asked for", () => {
    for (const status of [201, 204, 302, 400, 401, 403, 415, 429, 500, 503]) {
      const outcome = answer(headOf(status, "30"), cik);
      assert.ok("problem" in outcome && outcome.problem.kind === "failed", String(status));
      assert.equal(outcome.problem.retryAfterMs, 30_000);
      assert.match(outcome.problem.reason, new RegExp(`answered ${status} `));
      assert.equal(outcome.mayBeLost, status >= 500);
    }
  });

  it("fails if the connection does", () => {
    const { exchange, outcomes } = begin();
    exchange.onHead(headOf(200));
    exchange.onBody(ascii(cik));
    exchange.onFailure({ kind: "lost", message: "gone" });
    const problem = { kind: "failed", reason: "lost: gone" };
    assert.deepEqual(outcomes, [{ problem, mayBeLost: true }]);
  });

  it("knows that a key cannot be lost before the request could be sent", () => {
    const kinds: readonly [kind: ConnectionFailure["kind"], mayBeLost: boolean][] = [
      ["unresolved", false],
      ["unreachable", false],
      ["lost", true],
      ["silent", true],
      ["protocol", true],
    ];
    for (const [kind, mayBeLost] of kinds) {
      const { exchange, outcomes } = begin();
      exchange.onFailure({ kind, message: "" });
      const [outcome] = outcomes;
      assert.ok(outcome !== undefined && "problem" in outcome);
      assert.equal(outcome.mayBeLost, mayBeLost, kind);
    }
  });
});
