/**
 * Single-precision arithmetic on bit patterns, exact in all five rounding modes with all five flags.
 * RISC-V Unprivileged 20191213 chapter 11; IEEE 754-2008 §4.3 (rounding), §7 (exceptions; tininess is detected after rounding).
 *
 * Doubles carry the exact result: a product of singles fits in one, and where a result does not fit, it is rounded to odd
 * (double-bits.ts), so that rounding that double to single in any mode rounds the exact result once.
 */
import { first26Bits, roundedToOdd, setLastBit, stepToZero, sumError } from "./double-bits.ts";
import { FLAG, ROUNDING, raise } from "./float-rules.ts";
import {
  CANONICAL_NAN,
  INFINITY_BITS,
  isNaNBits,
  isSignaling,
  QUIET_BIT,
  SIGN,
  toBits,
  toNumber,
} from "./single-bits.ts";

const SMALLEST_NORMAL = 2 ** -126;
const OVERFLOW_THRESHOLD = 2 ** 128;

/** A result of NaN: invalid when an operand signals, or when no operand is a NaN and the operation made one. */
const nanOf = (words: Int32Array, a: number, b: number, madeHere: boolean): number => {
  if (madeHere || isSignaling(a) || isSignaling(b)) raise(words, FLAG.invalid);
  return CANONICAL_NAN;
};

// ── Rounding ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Bits of the single that `rm` selects for |value|, a finite double that is no single; `nearest` is Math.fround of it. */
const roundMagnitude = (magnitude: number, nearest: number, negative: boolean, rm: number): number => {
  const nearestBits = toBits(nearest);
  const above = nearest > magnitude;
  const truncated = above ? nearestBits - 1 : nearestBits;
  switch (rm) {
    case ROUNDING.nearestEven:
      return nearestBits;
    case ROUNDING.towardZero:
      return truncated;
    case ROUNDING.down:
      return negative ? truncated + 1 : truncated;
    case ROUNDING.up:
      return negative ? truncated : truncated + 1;
    default: {
      // Ties away from zero; the tie at the largest single is already rounded up to even, to infinity.
      const isTie = 2 * magnitude === toNumber(truncated) + toNumber(truncated + 1);
      return above || isTie ? truncated + 1 : truncated;
    }
  }
};

/** Would |value| < 2^-126 stay below it, rounded to 24 bits without a lower limit to the exponent? */
const isTiny = (magnitude: number, negative: boolean, rm: number): boolean => {
  const scaled = magnitude * 2 ** 100;
  const nearest = Math.fround(scaled);
  const bits = nearest === scaled ? toBits(nearest) : roundMagnitude(scaled, nearest, negative, rm);
  return toNumber(bits) < SMALLEST_NORMAL * 2 ** 100;
};

const roundInexact = (words: Int32Array, value: number, nearest: number, rm: number): number => {
  const magnitude = Math.abs(value);
  const negative = value < 0;
  const bits = roundMagnitude(magnitude, Math.abs(nearest), negative, rm);
  let flags: number = FLAG.inexact;
  if (bits === INFINITY_BITS || magnitude >= OVERFLOW_THRESHOLD) flags |= FLAG.overflow;
  if (magnitude < SMALLEST_NORMAL && isTiny(magnitude, negative, rm)) flags |= FLAG.underflow;
  raise(words, flags);
  return negative ? bits | SIGN : bits;
};

/** A finite double, exact or rounded to odd, to the single that `rm` selects. */
export const round = (words: Int32Array, value: number, rm: number): number => {
  const nearest = Math.fround(value);
  return nearest === value ? toBits(nearest) : roundInexact(words, value, nearest, rm);
};

// ── Arithmetic ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** x + y of two finite doubles that singles or products of singles made. */
const roundedSum = (words: Int32Array, x: number, y: number, rm: number): number => {
  const sum = x + y;
  if (sum === 0) {
    // A sum that cancels is +0, but −0 when rounding down; the sum of two zeros of one sign keeps it.
    return rm === ROUNDING.down && !(Object.is(x, 0) && Object.is(y, 0)) ? SIGN : toBits(sum);
  }
  const error = sumError(x, y, sum);
  return round(words, error === 0 ? sum : roundedToOdd(sum, error), rm);
};

export const add = (words: Int32Array, rm: number, a: number, b: number): number => {
  const x = toNumber(a);
  const y = toNumber(b);
  const sum = x + y;
  if (Number.isFinite(sum)) return roundedSum(words, x, y, rm);
  return Number.isNaN(sum) ? nanOf(words, a, b, !isNaNBits(a) && !isNaNBits(b)) : toBits(sum);
};

export const multiply = (words: Int32Array, rm: number, a: number, b: number): number => {
  const product = toNumber(a) * toNumber(b);
  if (Number.isFinite(product)) return round(words, product, rm);
  return Number.isNaN(product) ? nanOf(words, a, b, !isNaNBits(a) && !isNaNBits(b)) : toBits(product);
};

/** `guess` marked as above or below the exact result, of which `excess` = |f(guess)| − |f(exact)| has the sign. */
const corrected = (guess: number, excess: number): number =>
  excess === 0 ? guess : excess < 0 ? setLastBit(guess) : stepToZero(guess);

export const divide = (words: Int32Array, rm: number, a: number, b: number): number => {
  const x = toNumber(a);
  const y = toNumber(b);
  const quotient = x / y;
  if (Number.isNaN(quotient)) return nanOf(words, a, b, !isNaNBits(a) && !isNaNBits(b));
  if (!Number.isFinite(quotient)) {
    if (Number.isFinite(x)) raise(words, FLAG.divideByZero);
    return toBits(quotient);
  }
  if (quotient === 0) return toBits(quotient);
  const guess = first26Bits(quotient);
  return round(words, corrected(guess, Math.abs(guess * y) - Math.abs(x)), rm);
};

export const squareRoot = (words: Int32Array, rm: number, a: number): number => {
  const x = toNumber(a);
  const root = Math.sqrt(x);
  if (Number.isNaN(root)) return nanOf(words, a, a, !isNaNBits(a));
  if (root === 0 || root === Infinity) return a;
  const guess = first26Bits(root);
  return round(words, corrected(guess, guess * guess - x), rm);
};

/** a × b + c, rounded once. */
export const fusedMultiplyAdd = (words: Int32Array, rm: number, a: number, b: number, c: number): number => {
  const product = toNumber(a) * toNumber(b);
  const addend = toNumber(c);
  const sum = product + addend;
  if (Number.isFinite(sum)) return roundedSum(words, product, addend, rm);
  if (!Number.isNaN(sum)) return toBits(sum);
  // ∞ × 0 is invalid even when a quiet NaN is added (§11.6).
  const productMade = Number.isNaN(product) && !isNaNBits(a) && !isNaNBits(b);
  const sumMade = !Number.isNaN(product) && !isNaNBits(c);
  return nanOf(words, isSignaling(c) ? c : a, b, productMade || sumMade);
};

/** §11.6: a number wins against a NaN, and −0 is less than +0. */
const lesserOr = (words: Int32Array, a: number, b: number, whenLess: number, otherwise: number): number => {
  if (isSignaling(a) || isSignaling(b)) raise(words, FLAG.invalid);
  if (isNaNBits(a)) return isNaNBits(b) ? CANONICAL_NAN : b;
  if (isNaNBits(b)) return a;
  const x = toNumber(a);
  const y = toNumber(b);
  const isLess = x < y || (x === y && a < 0);
  return isLess ? whenLess : otherwise;
};
export const lesser = (words: Int32Array, a: number, b: number): number => lesserOr(words, a, b, a, b);
export const greater = (words: Int32Array, a: number, b: number): number => lesserOr(words, a, b, b, a);

/** §11.9: one bit for each kind of number, from −∞ to quiet NaN. */
export const classify = (a: number): number => {
  const magnitude = a & ~SIGN;
  if (magnitude > INFINITY_BITS) return (a & QUIET_BIT) === 0 ? 1 << 8 : 1 << 9;
  const distance = magnitude === INFINITY_BITS ? 3 : magnitude >= 0x0080_0000 ? 2 : magnitude !== 0 ? 1 : 0;
  return a < 0 ? 1 << (3 - distance) : 1 << (4 + distance);
};
