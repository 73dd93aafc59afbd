// What NOR flash costs in time (W25Q and its kind). The C host has the same figures:
// hosts/xs/engine/hardware/flash-times.h.
//
//   erase    45 ms a sector of 4 KiB, 150 ms an aligned block of 64 KiB
//   program  0.4 ms a page of 256 bytes that is touched
//
// With random numbers each of these varies by up to a fifth, and one in 512 takes the longest that a
// data sheet allows: 400 ms, 1000 ms, 3 ms.

interface Duration {
  readonly typicalMs: number;
  readonly worstMs: number;
}

const page: Duration = Object.freeze({ typicalMs: 0.4, worstMs: 3 });
const sector: Duration = Object.freeze({ typicalMs: 45, worstMs: 400 });
const largeBlock: Duration = Object.freeze({ typicalMs: 150, worstMs: 1000 });

const pageBytes = 256;
const largeBlockSectors = 16;
const worstOneIn = 512;

export class FlashTimes {
  readonly #random: (() => number) | undefined;

  /** @param random numbers in [0, 1); absent: all times are typical */
  constructor(random?: () => number) {
    this.#random = random;
  }

  /** Milliseconds of programming `byteLength` bytes at `byteOffset` of the chip. */
  programMs(byteOffset: number, byteLength: number): number {
    if (byteLength === 0) return 0;
    const first = Math.floor(byteOffset / pageBytes);
    const last = Math.floor((byteOffset + byteLength - 1) / pageBytes);
    let sumMs = 0;
    for (let index = first; index <= last; index += 1) sumMs += this.#draw(page);
    return sumMs;
  }

  /** Milliseconds of erasing the sectors from `first` up to, not including, `end`. */
  eraseMs(first: number, end: number): number {
    let sumMs = 0;
    for (let at = first; at < end;) {
      const isLarge = at % largeBlockSectors === 0 && end - at >= largeBlockSectors;
      sumMs += this.#draw(isLarge ? largeBlock : sector);
      at += isLarge ? largeBlockSectors : 1;
    }
    return sumMs;
  }

  #draw({ typicalMs, worstMs }: Duration): number {
    if (this.#random === undefined) return typicalMs;
    if (this.#random() < 1 / worstOneIn) return worstMs;
    return typicalMs * (0.8 + 0.4 * this.#random());
  }
}
