// Numbers with their nouns, as people read them.

/** "1 serial", "20,000 serials" */
export function countOf(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
