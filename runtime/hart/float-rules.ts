/**
 * What both precisions share: flags, rounding modes, how an operation meets its registers, rounding to integers.
 * RISC-V Unprivileged 20191213 §11.2 (fcsr), §11.7 (conversions), §12.2 (NaN boxing).
 */
import { WORD } from "./layout.ts";

/** Accrued exceptions, fflags (§11.2). */
export const FLAG = { inexact: 1, underflow: 2, overflow: 4, divideByZero: 8, invalid: 16 } as const;

/** Values of rm and frm. */
export const ROUNDING = { nearestEven: 0, towardZero: 1, down: 2, up: 3, nearestAway: 4, dynamic: 7 } as const;

/**
 * A hart's words (layout.ts), and the same memory as numbers: the single of f[i] is at the index of its low word, the double at
 * half of that. NaNs are only told apart, and kept, as words.
 */
export interface FloatRegisters {
  readonly words: Int32Array;
  readonly singles: Float32Array;
  readonly doubles: Float64Array;
}

/**
 * What a float instruction does: reads its sources a, b, c (rs1, rs2, rs3) and writes its target, each given by the index of
 * its word, for an f register that of the low word; and raises flags in fcsr. Any of them may be the same. Allocates nothing
 * unless a double comes near the limits of its exponent.
 * @param rm 0 … 4; `dynamic` is resolved by the caller.
 */
export type FloatMeaning = (
  registers: FloatRegisters,
  rm: number,
  target: number,
  a: number,
  b: number,
  c: number,
) => void;

export const raise = (words: Int32Array, flags: number): void => {
  words[WORD.fcsr]! |= flags;
};

/** Rounding to nearest, with the inexact flag already raised: what is not exact is nothing new. */
export const isNearestEnough = (words: Int32Array, rm: number): boolean =>
  rm === ROUNDING.nearestEven && (words[WORD.fcsr]! & FLAG.inexact) !== 0;

/** Of the magnitude, whose fraction a double holds exactly; `negative` matters to the modes that have a direction. */
const roundMagnitude = (magnitude: number, negative: boolean, rm: number): number => {
  const below = Math.floor(magnitude);
  const fraction = magnitude - below;
  if (fraction === 0) return below;
  switch (rm) {
    case ROUNDING.towardZero:
      return below;
    case ROUNDING.down:
      return negative ? below + 1 : below;
    case ROUNDING.up:
      return negative ? below : below + 1;
    default: {
      const tieGoesUp = rm === ROUNDING.nearestAway || below % 2 !== 0;
      return fraction > 0.5 || (fraction === 0.5 && tieGoesUp) ? below + 1 : below;
    }
  }
};

/** §11.7: out of range, and NaN as if it were +∞, gives the nearest limit and is invalid, not inexact. */
export const toInteger = (words: Int32Array, rm: number, value: number, min: number, max: number): number => {
  const negative = value < 0;
  const magnitude = roundMagnitude(Math.abs(value), negative, rm);
  const integer = negative ? -magnitude : magnitude;
  if (integer >= min && integer <= max) {
    if (integer !== value) raise(words, FLAG.inexact);
    return integer | 0;
  }
  raise(words, FLAG.invalid);
  return (integer < min ? min : max) | 0;
};
export const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 } as const;
export const UINT32 = { min: 0, max: 2 ** 32 - 1 } as const;
