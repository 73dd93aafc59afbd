import assert from "node:assert/strict";
import fc from "fast-check";
import type { ResponseHead } from "../../../src/http/head-parser.js";
import {
  RangePlan,
  type ByteSpan,
  type RangeProblem,
} from "../../../src/agent/update/range-plan.js";

function head(status: number, contentRange?: string, contentLength?: number): ResponseHead {
  return {
    status,
    contentLength,
    contentRange,
    contentType: undefined,
    retryAfter: undefined,
    location: undefined,
    contentCoding: undefined,
    date: undefined,
    skippedLines: 0,
  };
}

function answerTo(span: ByteSpan, total: number): ResponseHead {
  const range = `bytes ${span.first}-${span.last}/${total}`;
  return head(206, range, span.last - span.first + 1);
}

describe("range plan", () => {
  it("asks for every byte once, in order, whatever the sizes", () => {
    fc.assert(
      fc.property(
        fc.nat(100_000),
        fc.integer({ min: 256, max: 9000 }),
        fc.nat(100_000),
        (size, chunk, start) => {
          const plan = new RangePlan(size, chunk, Math.min(start, size));
          let expected = plan.receivedBytes;
          for (let span = plan.takeRange(); span !== undefined; span = plan.takeRange()) {
            assert.equal(span.first, expected);
            assert.ok(span.last >= span.first && span.last - span.first < chunk);
            expected = span.last + 1;
          }
          assert.equal(expected, size);
        },
      ),
    );
  });

  it("asks again for what was lost, from the exact byte", () => {
    const plan = new RangePlan(10_000, 4096, 0);
    const first = plan.takeRange();
    plan.takeRange();
    assert.ok(first);
    assert.equal(plan.openAnswer(answerTo(first, 10_000)), undefined);
    assert.equal(plan.receive(1000), undefined);
    plan.rewind();
    assert.deepEqual(plan.takeRange(), { first: 1000, last: 4095 });
  });

  // 4096 to 8191 was asked for.
  const lies: readonly [string, ResponseHead, RangeProblem][] = [
    ["200 to a part", head(200, undefined, 10_000), "range-ignored"],
    ["206 without a Content-Range", head(206, undefined, 4096), "range-missing"],
    ["206 without a total", head(206, "bytes 4096-8191/*", 4096), "total-unknown"],
    [
      "206 in several parts",
      { ...head(206, undefined, 4300), contentType: "multipart/byteranges; boundary=x" },
      "range-multipart",
    ],
    ["206 of another start", head(206, "bytes 0-4095/10000", 4096), "range-mismatch"],
    ["206 of another end", head(206, "bytes 4096-8190/10000", 4095), "range-mismatch"],
    ["206 of another total", head(206, "bytes 4096-8191/10001", 4096), "total-changed"],
    [
      "206 whose length is not its range",
      head(206, "bytes 4096-8191/10000", 4095),
      "range-mismatch",
    ],
    ["a malformed Content-Range", head(206, "bytes 4096-8191", 4096), "range-missing"],
    ["204", head(204), "no-range"],
  ];
  for (const [name, answer, problem] of lies) {
    it(`tells ${name} as ${problem}`, () => {
      assert.equal(new RangePlan(10_000, 4096, 4096).openAnswer(answer), problem);
    });
  }

  it("takes 200 for an answer if the range was the whole", () => {
    const plan = new RangePlan(1000, 4096, 0);
    plan.takeRange();
    assert.equal(plan.openAnswer(head(200, undefined, 1000)), undefined);
  });

  it("refuses body bytes beyond the range before they are used", () => {
    const plan = new RangePlan(10_000, 4096, 0);
    plan.takeRange();
    plan.openAnswer(head(206, "bytes 0-4095/10000"));
    assert.equal(plan.receive(4000), undefined);
    assert.equal(plan.receive(97), "body-too-long");
    assert.equal(plan.receivedBytes, 4000);
  });

  it("tells a body that ended early", () => {
    const plan = new RangePlan(10_000, 4096, 0);
    plan.takeRange();
    plan.openAnswer(head(206, "bytes 0-4095/10000"));
    plan.receive(4095);
    assert.equal(plan.closeAnswer(), "body-too-short");
  });
});
