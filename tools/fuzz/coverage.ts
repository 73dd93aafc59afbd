// What instrumented modules tell while they run, as American Fuzzy Lop counts it: pairs of places
// one after the other, how often in powers of two, and how near two compared values came.

const mapSize = 1 << 16;

export class Coverage {
  readonly #counts = new Uint8Array(2 * mapSize);
  readonly #seen = new Uint8Array(2 * mapSize);
  #touched: number[] = [];
  #previous = 0;
  /** Kinds of behaviour seen so far. */
  features = 0;

  /** Makes this the one that modules tell. They bind it when they are loaded. */
  install(): void {
    const target = globalThis as { __coverage?: unknown };
    target.__coverage = {
      hit: (site: number): void => {
        this.#count((site ^ this.#previous) & (mapSize - 1));
        this.#previous = site >> 1;
      },
      equal: (site: number, one: unknown, other: unknown): boolean => {
        const nearness = nearnessOf(one, other);
        if (nearness > 0) this.#count(mapSize + ((site * 8 + nearness) & (mapSize - 1)));
        return one === other;
      },
    };
  }

  /** Forgets the last run, not what has been seen. */
  begin(): void {
    for (const index of this.#touched) this.#counts[index] = 0;
    this.#touched = [];
    this.#previous = 0;
  }

  /** Whether the run since `begin` did something that none before it did. */
  isNew(): boolean {
    let news = 0;
    for (const index of this.#touched) {
      const bit = bucketOf(this.#counts[index] ?? 0);
      const seen = this.#seen[index] ?? 0;
      if ((seen & bit) !== 0) continue;
      this.#seen[index] = seen | bit;
      news += 1;
    }
    this.features += news;
    return news > 0;
  }

  #count(index: number): void {
    const count = this.#counts[index] ?? 0;
    if (count === 0) this.#touched.push(index);
    if (count < 255) this.#counts[index] = count + 1;
  }
}

/** 1 to 7: as many low bytes, or first characters, are equal; 0 for what cannot be compared. */
function nearnessOf(one: unknown, other: unknown): number {
  if (typeof one === "number" && typeof other === "number") {
    const difference = (one ^ other) >>> 0;
    return 1 + (difference === 0 ? 4 : (31 - Math.clz32(difference & -difference)) >> 3);
  }
  if (typeof one !== "string" || typeof other !== "string") return 0;
  let equal = 0;
  while (equal < 6 && equal < one.length && one[equal] === other[equal]) equal += 1;
  return 1 + equal;
}

/** 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, more: one bit each. */
function bucketOf(count: number): number {
  if (count < 4) return 1 << (count - 1);
  if (count < 8) return 8;
  if (count < 16) return 16;
  if (count < 32) return 32;
  return count < 128 ? 64 : 128;
}
