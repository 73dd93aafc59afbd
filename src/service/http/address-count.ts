// How many connections of each address have shown no live key yet.

export class AddressCount {
  readonly #counts = new Map<string, number>();

  of(address: string): number {
    return this.#counts.get(address) ?? 0;
  }

  /** Counts one more. Returns what takes it out again, and does nothing the second time. */
  add(address: string): () => void {
    this.#counts.set(address, this.of(address) + 1);
    let isCounted = true;
    return () => {
      if (!isCounted) return;
      isCounted = false;
      const left = this.of(address) - 1;
      if (left === 0) this.#counts.delete(address);
      else this.#counts.set(address, left);
    };
  }
}
