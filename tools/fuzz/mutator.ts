// Changes an input a little: bits, bytes, words, tokens, pieces of itself and of others.

const interesting = [0, 1, 2, 4, 8, 16, 31, 32, 64, 126, 127, 128, 252, 254, 255];
const stackedMax = 8;
const appendShare = 0.25;

export class Mutator {
  readonly #random: () => number;
  readonly #tokens: readonly Uint8Array[];
  readonly #bytesMax: number;

  constructor(random: () => number, tokens: readonly Uint8Array[], bytesMax: number) {
    this.#random = random;
    this.#tokens = tokens;
    this.#bytesMax = bytesMax;
  }

  /** A changed copy; `others` lend pieces. */
  mutate(input: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
    let changed: Uint8Array = input.slice();
    for (let count = 0; count < stackedMax; count += 1) {
      changed = this.#change(changed, others);
      if (this.#random() < 0.5) break;
    }
    return changed.subarray(0, this.#bytesMax);
  }

  #change(input: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
    // What is missing is often missing at the end.
    const at = this.#random() < appendShare ? input.length : this.#below(input.length + 1);
    const length = 1 + this.#below(this.#random() < 0.5 ? 4 : 64);
    switch (this.#below(input.length === 0 ? 2 : 11)) {
      case 0:
      case 10:
        return spliced(input, at, 0, this.#token());
      case 1:
        return spliced(input, at, 0, this.#noise(length));
      case 2:
        return this.#overwrite(input, [(input[at] ?? 0) ^ (1 << this.#below(8))], at);
      case 3:
        return this.#overwrite(input, [this.#byte()], at);
      case 4:
        return this.#overwrite(input, this.#token(), at);
      case 5:
        return this.#addToWord(input, at);
      case 6:
        return spliced(input, at, length, new Uint8Array(0));
      case 7: {
        const from = this.#below(input.length);
        const piece = input.slice(from, from + length);
        return this.#random() < 0.5
          ? spliced(input, at, 0, piece)
          : this.#overwrite(input, piece, at);
      }
      case 8: {
        const other = others[this.#below(others.length)] ?? input;
        const from = this.#below(other.length);
        return spliced(
          input,
          at,
          this.#random() < 0.5 ? length : 0,
          other.slice(from, from + length),
        );
      }
      default: {
        const other = others[this.#below(others.length)] ?? input;
        return spliced(input, at, input.length - at, other.slice(Math.min(at, other.length)));
      }
    }
  }

  #addToWord(input: Uint8Array, at: number): Uint8Array {
    const bytes = 1 << this.#below(3);
    const start = Math.min(at, input.length - bytes);
    if (start < 0) return input;
    const view = Buffer.from(input.slice());
    const word = view.readUIntLE(start, bytes) + this.#below(32) - 16;
    view.writeUIntLE(
      ((word % 2 ** (8 * bytes)) + 2 ** (8 * bytes)) % 2 ** (8 * bytes),
      start,
      bytes,
    );
    return new Uint8Array(view);
  }

  #overwrite(input: Uint8Array, bytes: ArrayLike<number>, at: number): Uint8Array {
    const start = Math.min(at, Math.max(0, input.length - bytes.length));
    return spliced(input, start, bytes.length, Uint8Array.from(bytes));
  }

  #token(): Uint8Array {
    return this.#tokens[this.#below(this.#tokens.length)] ?? this.#noise(2);
  }

  #noise(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#byte());
  }

  #byte(): number {
    return this.#random() < 0.3
      ? (interesting[this.#below(interesting.length)] ?? 0)
      : this.#below(256);
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

function spliced(input: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array {
  return new Uint8Array(
    Buffer.concat([input.subarray(0, at), added, input.subarray(at + removed)]),
  );
}
