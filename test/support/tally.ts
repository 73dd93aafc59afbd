// What the tests have counted: points, requests, rows. Printed when all are over, whatever the
// reporter shows, so that a run says how much it has tried.

const lines: string[] = [];

/** Adds a line, one sentence or less. */
export function tally(line: string): void {
  lines.push(line);
}

after("prints what was counted", () => {
  if (lines.length > 0) process.stdout.write(`\n${lines.map((line) => `  ${line}\n`).join("")}`);
});
