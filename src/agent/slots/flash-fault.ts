// What the flash threw, in words.

export function flashFault(error: unknown): string {
  return `the flash fails: ${String(error)}`;
}
