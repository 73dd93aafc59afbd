import assert from "node:assert/strict";
import {
  completeOptions,
  simulationBounds,
  simulationDefaults,
} from "../../src/simulator/simulation-options.js";

describe("the options of a simulation", () => {
  it("are the defaults where nothing is said, or undefined", () => {
    assert.deepEqual(completeOptions({}), simulationDefaults);
    const { size } = completeOptions({ size: undefined as unknown as number });
    assert.equal(size, simulationDefaults.size);
  });

  it("leave chunk and pipeline to the program unless they are said", () => {
    const { chunk, pipeline } = completeOptions({});
    assert.deepEqual([chunk, pipeline], [undefined, undefined]);
    assert.equal(completeOptions({ chunk: 256 }).chunk, 256);
  });

  it("refuse each number just outside its bounds, by name", () => {
    for (const [name, [minimum, maximum]] of Object.entries(simulationBounds)) {
      for (const value of [minimum - 1, maximum + 1, minimum + 0.5]) {
        const refusal = { name: "RangeError", message: new RegExp(`^${name} `) };
        assert.throws(() => completeOptions({ [name]: value }), refusal);
      }
    }
  });

  it("refuse what has no effect, or contradicts itself", () => {
    const server = "http://127.0.0.1:1";
    assert.throws(() => completeOptions({ cuts: 1, cutAt: 1 }), /exclude each other/);
    assert.throws(() => completeOptions({ size: 98_304, cutAt: 98_304 }), /has no effect/);
    assert.throws(() => completeOptions({ size: 98_304, server }), /has no effect/);
    assert.throws(() => completeOptions({ program: "main.ts", engine: "node" }), /XS only/);
    assert.equal(completeOptions({ server, cutAt: 9_000_000 }).cutAt, 9_000_000);
  });
});
