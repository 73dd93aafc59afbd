import assert from "node:assert/strict";
import { metaBytesMax, nameBytesMax, serialBytesMax } from "../../src/protocol/limits.js";
import * as limits from "../../src/service/limits.js";

const { serviceLimits } = limits;

describe("the limits of the service", () => {
  it("leave room in a head for the longest path, its names escaped, and a key", () => {
    const path = 3 * (nameBytesMax + serialBytesMax);
    assert.ok(path + 1024 < serviceLimits.headBytesMax);
  });

  it("leave room in an activation for three escaped names and 128 raw bytes", () => {
    const names = 3 * (2 * nameBytesMax + serialBytesMax);
    assert.ok(names + 3 * 128 + 100 < serviceLimits.activationBytesMax);
  });

  it("take 100,000 serials in one body", () => {
    assert.ok(serviceLimits.tableBytesMax >= 100_000 * 40);
    assert.ok(serviceLimits.tableBytesMax > serialBytesMax + metaBytesMax);
  });

  it("take several such bodies at once, and uploads beside them", () => {
    assert.ok(serviceLimits.heldBytesMax >= 4 * serviceLimits.tableBytesMax);
    assert.ok(serviceLimits.heldBytesMax >= 100 * limits.pieceBytes * limits.piecesPerWrite);
  });

  it("take an upload of 64 MiB without it sitting in memory", () => {
    assert.ok(serviceLimits.contentBytesMax >= 64 * 1024 * 1024);
    assert.ok(limits.pieceBytes * limits.piecesPerWrite <= 1024 * 1024);
  });

  it("keep every statement below the parameters that SQLite takes", () => {
    assert.ok(limits.rowsPerInsert * 6 <= 32_766);
    assert.ok(limits.rangesMax * 6 <= 32_766);
    assert.ok(limits.piecesPerWrite * 3 <= 32_766);
  });

  it("end the parts of a request before the whole", () => {
    const { headTimeMs, bodyTimeMs, discardTimeMs, requestTimeMs } = serviceLimits;
    assert.ok(headTimeMs + bodyTimeMs + discardTimeMs < requestTimeMs);
    assert.ok(serviceLimits.timeCheckIntervalMs < headTimeMs);
    const uplinkBitsPerSecond = 4_000_000;
    const uploadMs = ((serviceLimits.contentBytesMax * 8) / uplinkBitsPerSecond) * 1000;
    assert.ok(uploadMs < requestTimeMs);
  });
});
