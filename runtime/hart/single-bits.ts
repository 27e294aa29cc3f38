/** Singles as bit patterns, and in the registers of doubles. RISC-V Unprivileged §11.3 (NaN), §12.2 (NaN boxing). */

export const CANONICAL_NAN = 0x7fc0_0000;
export const SIGN = 0x8000_0000 | 0;
export const INFINITY_BITS = 0x7f80_0000;
export const QUIET_BIT = 0x0040_0000;

const single = new Float32Array(1);
const singleBits = new Int32Array(single.buffer);

export const toNumber = (bits: number): number => {
  singleBits[0] = bits;
  return single[0]!;
};

/** Of a number that is a single, and no NaN. */
export const toBits = (value: number): number => {
  single[0] = value;
  return singleBits[0]!;
};

export const isNaNBits = (bits: number): boolean => (bits & ~SIGN) > INFINITY_BITS;
export const isSignaling = (bits: number): boolean => isNaNBits(bits) && (bits & QUIET_BIT) === 0;

/** The upper half of a register that holds a single. */
export const BOX = -1;

/** The single in the register whose words begin at `word`: what is not boxed reads as the canonical NaN. */
export const unboxed = (words: Int32Array, word: number): number =>
  words[word + 1] === BOX ? words[word]! : CANONICAL_NAN;

export const box = (words: Int32Array, word: number, bits: number): void => {
  words[word] = bits;
  words[word + 1] = BOX;
};
