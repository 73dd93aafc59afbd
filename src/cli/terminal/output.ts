// What commands print: one JSON value for programs, or plain tables and sentences for people.

type Value = string | number | boolean | null | undefined;

/** Prints `items`: a JSON array of objects, or a table with a heading over each column. */
export function printList<Item extends object>(
  json: boolean,
  items: readonly Item[],
  columns: readonly (keyof Item & string)[],
): void {
  if (json) {
    printJson(items);
    return;
  }
  if (items.length === 0) {
    write("none\n");
    return;
  }
  const rows = items.map((item) => columns.map((column) => cell(column, item[column] as Value)));
  printRows([columns.map(heading), ...rows]);
}

/** Prints one item: a JSON object, or a line for each of its facts. */
export function printItem(json: boolean, item: object): void {
  if (json) printJson(item);
  else {
    printRows(
      Object.entries(item).map(([key, value]) => [heading(key), cell(key, value as Value)]),
    );
  }
}

/** Tells that something was done: facts for programs, a sentence for people. */
export function printDone(json: boolean, facts: object, sentence: string): void {
  if (json) printJson(facts);
  else write(`${printable(sentence)}\n`);
}

/** Prints a line for people. */
export function printLine(text: string): void {
  write(`${printable(text)}\n`);
}

export function warn(sentence: string): void {
  process.stderr.write(`provision: warning: ${printable(sentence)}\n`);
}

export async function gather<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const gathered: Item[] = [];
  for await (const item of items) gathered.push(item);
  return gathered;
}

function write(text: string): void {
  endWithClosedPipe();
  process.stdout.write(text);
}

/** A reader that has seen enough, such as `head`, is no failure. */
export function endWithClosedPipe(): void {
  process.stdout.off("error", endQuietly).on("error", endQuietly);
}

function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

function printJson(value: object): void {
  write(`${JSON.stringify(value)}\n`);
}

function printRows(rows: readonly (readonly string[])[]): void {
  write(`${formatTable(rows).join("\n")}\n`);
}

/** A line for each row, its columns below one another. */
export function formatTable(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((text, at) => (widths[at] = Math.max(widths[at] ?? 0, text.length)));
  }
  return rows.map((row) =>
    row
      .map((text, at) => text.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

const secondsSuffix = "Seconds";

/** `sizeBytes` is "size bytes"; times are told as dates, so their unit goes. */
function heading(key: string): string {
  const name = key.endsWith(secondsSuffix) ? key.slice(0, -secondsSuffix.length) : key;
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function cell(key: string, value: Value): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number" && key.endsWith(secondsSuffix)) return dateText(value);
  return printable(String(value));
}

function dateText(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().replace(".000Z", "Z");
}

/** What others wrote must not steer the terminal. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "\ufffd");
}
