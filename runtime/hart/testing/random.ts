/** Numbers for random tests, the same from the same seed. */

/** Bit patterns at the edges of single precision, and some integers. */
const SPECIAL_VALUES = [
  ...[0x0000_0000, 0x8000_0000, 0x0000_0001, 0x8000_0001, 0x007f_ffff, 0x0080_0000, 0x8080_0000, 0x0080_0001],
  ...[0x3f80_0000, 0xbf80_0000, 0x3f80_0001, 0x3f7f_ffff, 0x3f00_0000, 0x3fc0_0000, 0x4020_0000, 0x3400_0000],
  ...[0x7f7f_ffff, 0xff7f_ffff, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0xffc0_0000, 0x7f80_0001, 0xffbf_ffff],
  ...[0x4b00_0001, 0x4f00_0000, 0xcf00_0000, 0x4f80_0000, 0x4eff_ffff, 0xcf00_0001, 0x1fff_ffff, 0x2000_0000],
  ...[0x7fff_ffff, 0xffff_ffff, 0x0000_0002, 0x0000_001f, 0x3300_0000, 0x0c00_0000, 0x5f00_0000, 0x4b80_0001],
];

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** 32 of them, unsigned (mulberry32). */
  bits(): number {
    this.#state = (this.#state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** 0 … limit − 1. */
  below(limit: number): number {
    return this.bits() % limit;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  oneOf<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  /** A word, often one that is hard to compute with. */
  value(): number {
    return this.chance(50) ? this.oneOf(SPECIAL_VALUES) : this.bits();
  }
}
