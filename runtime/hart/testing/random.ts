/** Numbers for random tests, the same from the same seed. */

/** Bit patterns at the edges of single precision, and some integers. */
const SPECIAL_WORDS = [
  ...[0x0000_0000, 0x8000_0000, 0x0000_0001, 0x8000_0001, 0x007f_ffff, 0x0080_0000, 0x8080_0000, 0x0080_0001],
  ...[0x3f80_0000, 0xbf80_0000, 0x3f80_0001, 0x3f7f_ffff, 0x3f00_0000, 0x3fc0_0000, 0x4020_0000, 0x3400_0000],
  ...[0x7f7f_ffff, 0xff7f_ffff, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0xffc0_0000, 0x7f80_0001, 0xffbf_ffff],
  ...[0x4b00_0001, 0x4f00_0000, 0xcf00_0000, 0x4f80_0000, 0x4eff_ffff, 0xcf00_0001, 0x1fff_ffff, 0x2000_0000],
  ...[0x7fff_ffff, 0xffff_ffff, 0x0000_0002, 0x0000_001f, 0x3300_0000, 0x0c00_0000, 0x5f00_0000, 0x4b80_0001],
];

/** At the edges of double precision, of conversions to integers and to single precision; and two singles in a box. */
const SPECIAL_DOUBLES = [
  ...[0n, 1n, 0x000f_ffff_ffff_ffffn, 0x0010_0000_0000_0000n, 0x0010_0000_0000_0001n, 0x001f_ffff_ffff_ffffn],
  ...[0x3fe0_0000_0000_0000n, 0x3fef_ffff_ffff_ffffn, 0x3ff0_0000_0000_0000n, 0x3ff0_0000_0000_0001n],
  ...[0x3ff8_0000_0000_0000n, 0x4004_0000_0000_0000n, 0x3ca0_0000_0000_0000n, 0x3c90_0000_0000_0000n],
  ...[0x4330_0000_0000_0001n, 0x4340_0000_0000_0000n, 0x7fe0_0000_0000_0000n, 0x7fef_ffff_ffff_ffffn],
  ...[0x7ff0_0000_0000_0000n, 0x7ff8_0000_0000_0000n, 0x7ff8_0000_1234_5678n, 0x7ff0_0000_0000_0001n],
  // The square roots of the smallest normal double and of the limit, and what multiplies to about them.
  ...[0x2000_0000_0000_0000n, 0x1fff_ffff_ffff_ffffn, 0x5fef_ffff_ffff_ffffn, 0x5ff0_0000_0000_0000n],
  // 2^31 and 2^32, one half and one unit in the last place below, one half and one above.
  ...[0x41e0_0000_0000_0000n, 0x41df_ffff_ffe0_0000n, 0x41df_ffff_ffff_ffffn, 0x41e0_0000_0010_0000n],
  ...[0x41f0_0000_0000_0000n, 0x41ef_ffff_fff0_0000n, 0x41ef_ffff_ffff_ffffn, 0x41e0_0000_0020_0000n],
  // Singles: the largest and its rounding limit, the smallest normal and what rounds up to it, the smallest and its half.
  ...[0x47ef_ffff_e000_0000n, 0x47ef_ffff_f000_0000n, 0x3810_0000_0000_0000n, 0x380f_ffff_f000_0000n],
  ...[0x380f_ffff_efff_ffffn, 0x36a0_0000_0000_0000n, 0x3690_0000_0000_0000n, 0x3690_0000_0000_0001n],
  ...[0xffff_ffff_3f80_0000n, 0xffff_ffff_7f80_0001n],
];
const DOUBLE_SIGN = 1n << 63n;
/** Biased exponents, from one up to another: around 1, the smallest, the largest, and those whose products are about these. */
const EXPONENTS = {
  middle: [1020, 1027],
  extreme: [
    [0, 56],
    [490, 525],
    [1525, 1540],
    [2000, 2046],
  ],
} as const;

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
    return this.chance(50) ? this.oneOf(SPECIAL_WORDS) : this.bits();
  }

  /** The 64 bits of a double, often one that is hard to compute with. */
  double(): bigint {
    if (this.chance(40)) return this.oneOf(SPECIAL_DOUBLES) ^ (this.chance(50) ? DOUBLE_SIGN : 0n);
    // Exponents near each other let sums cancel and round; those of products and quotients then stay near 1.
    const [first, last] = this.chance(60) ? EXPONENTS.middle : this.oneOf(EXPONENTS.extreme);
    const exponent = this.chance(90) ? first + this.below(last - first + 1) : this.below(2047);
    const high = (this.bits() & 0x800f_ffff) | (exponent << 20);
    return (BigInt(high >>> 0) << 32n) | BigInt(this.#fractionWord());
  }

  /** The lower half of a fraction: ties and carries need one that is nearly empty or nearly full. */
  #fractionWord(): number {
    const isPlain = this.chance(50);
    const bits = this.bits();
    return isPlain ? bits : ((bits & 7) - 4) >>> 0;
  }
}
