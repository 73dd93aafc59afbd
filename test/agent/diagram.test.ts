// The diagram of a device's life in src/agent/DESIGN.md, made from the table in life.ts.

import assert from "node:assert/strict";
import { lifeTable, type LifeInput, type LifeState } from "../../src/agent/life.js";
import { assertBlock, fenced, markdownTable } from "../support/generated-block.js";

/** Inputs that may come nearly anywhere, and lead to one state wherever they come. */
const troubles: readonly string[] = [
  "unauthorized",
  "refused",
  "failed",
  "trial-expired",
] satisfies LifeInput[];

interface Edge {
  readonly from: LifeState;
  readonly input: string;
  readonly to: LifeState;
}

const states = Object.keys(lifeTable) as LifeState[];
const edges: readonly Edge[] = states.flatMap((from) =>
  Object.entries(lifeTable[from]).map(([input, to]) => ({ from, input, to })),
);

/** A diagram's name of a state: a hyphen would begin an arrow. */
function nameOf(state: string): string {
  return state.replaceAll("-", "_");
}

function lifeDiagram(): string[] {
  const lines = ["stateDiagram-v2"];
  for (const state of states) {
    if (nameOf(state) !== state) lines.push(`  state "${state}" as ${nameOf(state)}`);
  }
  lines.push('  state "states of the table below" as anywhere', "  [*] --> stopped");
  const drawn = edges.filter(({ input }) => !troubles.includes(input));
  for (const { from, to } of drawn) {
    const inputs = drawn.filter((edge) => edge.from === from && edge.to === to);
    const label = inputs.map(({ input }) => input).join(", ");
    const line = `  ${nameOf(from)} --> ${nameOf(to)} : ${label}`;
    if (!lines.includes(line)) lines.push(line);
  }
  for (const [input, to] of troubleRows()) lines.push(`  anywhere --> ${nameOf(to)} : ${input}`);
  return fenced("mermaid", lines);
}

function troubleRows(): (readonly [input: string, to: string, from: string])[] {
  return troubles.map((input) => {
    const led = edges.filter((edge) => edge.input === input);
    const targets = [...new Set(led.map(({ to }) => to))];
    assert.equal(targets.length, 1, `${input} leads to ${targets.join(" and ")}: draw it`);
    return [input, targets.join(), led.map(({ from }) => from).join(", ")];
  });
}

describe("the diagram of a device's life", () => {
  it("is what life.ts says", () => {
    const table = markdownTable(["Input", "To", "From"], troubleRows());
    assertBlock("src/agent/DESIGN.md", "test/agent/diagram.test.ts", [
      ...lifeDiagram(),
      "",
      ...table,
    ]);
  });
});
