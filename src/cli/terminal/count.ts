// Numbers with their nouns, as people read them.

/** "1 serial", "20,000 serials" */
export function countOf(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

/** "512 bytes", "128 KiB", "1.5 MiB" */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return countOf(bytes, "byte");
  const isSmall = bytes < 1024 * 1024;
  const value = bytes / (isSmall ? 1024 : 1024 * 1024);
  const rounded = value >= 100 ? Math.round(value) : Math.round(value * 10) / 10;
  return `${rounded} ${isSmall ? "KiB" : "MiB"}`;
}
