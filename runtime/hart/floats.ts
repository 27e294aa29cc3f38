/**
 * Single-precision arithmetic on bit patterns, exact in all five rounding modes with all five flags.
 * RISC-V Unprivileged 20191213 chapter 11; IEEE 754-2008 §4.3 (rounding), §7 (exceptions; tininess is detected after rounding).
 *
 * Doubles carry the exact result: a product of singles fits in one, and where a result does not fit, its last bit is made
 * odd ("round to odd", Boldo & Melquiond 2008), so that rounding that double to single in any mode rounds the exact result once.
 */
import type { FloatOperation } from "../isa/index.ts";

/** Accrued exceptions, fflags (§11.2). */
export const FLAG = { inexact: 1, underflow: 2, overflow: 4, divideByZero: 8, invalid: 16 } as const;

/** Values of rm and frm. */
export const ROUNDING = { nearestEven: 0, towardZero: 1, down: 2, up: 3, nearestAway: 4, dynamic: 7 } as const;

const CANONICAL_NAN = 0x7fc0_0000;
const SIGN = 0x8000_0000 | 0;
const INFINITY_BITS = 0x7f80_0000;
const QUIET_BIT = 0x0040_0000;
const SMALLEST_NORMAL = 2 ** -126;
const OVERFLOW_THRESHOLD = 2 ** 128;

const single = new Float32Array(1);
const singleBits = new Int32Array(single.buffer);
const double = new Float64Array(1);
/** Low word first. */
const doubleWords = new Uint32Array(double.buffer);

const toNumber = (bits: number): number => {
  singleBits[0] = bits;
  return single[0]!;
};

/** Of a number that is a single, and no NaN. */
const toBits = (value: number): number => {
  single[0] = value;
  return singleBits[0]!;
};

const isNaNBits = (bits: number): boolean => (bits & ~SIGN) > INFINITY_BITS;
const isSignaling = (bits: number): boolean => isNaNBits(bits) && (bits & QUIET_BIT) === 0;

/** A result of NaN: invalid when an operand signals, or when no operand is a NaN and the operation made one. */
const nanOf = (fcsr: Int32Array, a: number, b: number, madeHere: boolean): number => {
  if (madeHere || isSignaling(a) || isSignaling(b)) fcsr[0]! |= FLAG.invalid;
  return CANONICAL_NAN;
};

// ── Rounding ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The double below `value` in magnitude. */
const stepToZero = (value: number): number => {
  double[0] = value;
  if (doubleWords[0]! === 0) doubleWords[1]! -= 1;
  doubleWords[0]! -= 1;
  return double[0]!;
};

const setLastBit = (value: number): number => {
  double[0] = value;
  doubleWords[0]! |= 1;
  return double[0]!;
};

/** `nearest` is the double nearest to nearest + error (error ≠ 0): the truncated one instead, with its last bit set. */
const roundedToOdd = (nearest: number, error: number): number =>
  setLastBit(error > 0 === nearest > 0 ? nearest : stepToZero(nearest));

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

const roundInexact = (fcsr: Int32Array, value: number, nearest: number, rm: number): number => {
  const magnitude = Math.abs(value);
  const negative = value < 0;
  const bits = roundMagnitude(magnitude, Math.abs(nearest), negative, rm);
  let flags: number = FLAG.inexact;
  if (bits === INFINITY_BITS || magnitude >= OVERFLOW_THRESHOLD) flags |= FLAG.overflow;
  if (magnitude < SMALLEST_NORMAL && isTiny(magnitude, negative, rm)) flags |= FLAG.underflow;
  fcsr[0]! |= flags;
  return negative ? bits | SIGN : bits;
};

/** A finite double, exact or rounded to odd, to the single that `rm` selects. */
const round = (fcsr: Int32Array, value: number, rm: number): number => {
  const nearest = Math.fround(value);
  return nearest === value ? toBits(nearest) : roundInexact(fcsr, value, nearest, rm);
};

// ── Arithmetic ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** x + y of two finite doubles that singles or products of singles made. */
const roundedSum = (fcsr: Int32Array, x: number, y: number, rm: number): number => {
  const sum = x + y;
  if (sum === 0) {
    // A sum that cancels is +0, but −0 when rounding down; the sum of two zeros of one sign keeps it.
    return rm === ROUNDING.down && !(Object.is(x, 0) && Object.is(y, 0)) ? SIGN : toBits(sum);
  }
  // TwoSum (Knuth, TAOCP 4.2.2): sum + error is x + y exactly.
  const yPart = sum - x;
  const error = x - (sum - yPart) + (y - yPart);
  return round(fcsr, error === 0 ? sum : roundedToOdd(sum, error), rm);
};

const add = (fcsr: Int32Array, rm: number, a: number, b: number): number => {
  const x = toNumber(a);
  const y = toNumber(b);
  const sum = x + y;
  if (Number.isFinite(sum)) return roundedSum(fcsr, x, y, rm);
  return Number.isNaN(sum) ? nanOf(fcsr, a, b, !isNaNBits(a) && !isNaNBits(b)) : toBits(sum);
};

const multiply = (fcsr: Int32Array, rm: number, a: number, b: number): number => {
  const product = toNumber(a) * toNumber(b);
  if (Number.isFinite(product)) return round(fcsr, product, rm);
  return Number.isNaN(product) ? nanOf(fcsr, a, b, !isNaNBits(a) && !isNaNBits(b)) : toBits(product);
};

/** The first 26 bits of a double: enough to round to single, and few enough that its products with singles are exact. */
const first26Bits = (value: number): number => {
  double[0] = value;
  doubleWords[0]! &= 0xf800_0000;
  return double[0]!;
};

/** `guess` marked as above or below the exact result, of which `excess` = |f(guess)| − |f(exact)| has the sign. */
const corrected = (guess: number, excess: number): number =>
  excess === 0 ? guess : excess < 0 ? setLastBit(guess) : stepToZero(guess);

const divide = (fcsr: Int32Array, rm: number, a: number, b: number): number => {
  const x = toNumber(a);
  const y = toNumber(b);
  const quotient = x / y;
  if (Number.isNaN(quotient)) return nanOf(fcsr, a, b, !isNaNBits(a) && !isNaNBits(b));
  if (!Number.isFinite(quotient)) {
    if (Number.isFinite(x)) fcsr[0]! |= FLAG.divideByZero;
    return toBits(quotient);
  }
  if (quotient === 0) return toBits(quotient);
  const guess = first26Bits(quotient);
  return round(fcsr, corrected(guess, Math.abs(guess * y) - Math.abs(x)), rm);
};

const squareRoot = (fcsr: Int32Array, rm: number, a: number): number => {
  const x = toNumber(a);
  const root = Math.sqrt(x);
  if (Number.isNaN(root)) return nanOf(fcsr, a, a, !isNaNBits(a));
  if (root === 0 || root === Infinity) return a;
  const guess = first26Bits(root);
  return round(fcsr, corrected(guess, guess * guess - x), rm);
};

/** a × b + c, rounded once. */
const fusedMultiplyAdd = (fcsr: Int32Array, rm: number, a: number, b: number, c: number): number => {
  const product = toNumber(a) * toNumber(b);
  const addend = toNumber(c);
  const sum = product + addend;
  if (Number.isFinite(sum)) return roundedSum(fcsr, product, addend, rm);
  if (!Number.isNaN(sum)) return toBits(sum);
  // ∞ × 0 is invalid even when a quiet NaN is added (§11.6).
  const productMade = Number.isNaN(product) && !isNaNBits(a) && !isNaNBits(b);
  const sumMade = !Number.isNaN(product) && !isNaNBits(c);
  return nanOf(fcsr, isSignaling(c) ? c : a, b, productMade || sumMade);
};

/** §11.6: a number wins against a NaN, and −0 is less than +0. */
const lesser = (fcsr: Int32Array, a: number, b: number, whenLess: number, otherwise: number): number => {
  if (isSignaling(a) || isSignaling(b)) fcsr[0]! |= FLAG.invalid;
  if (isNaNBits(a)) return isNaNBits(b) ? CANONICAL_NAN : b;
  if (isNaNBits(b)) return a;
  const x = toNumber(a);
  const y = toNumber(b);
  const isLess = x < y || (x === y && a < 0);
  return isLess ? whenLess : otherwise;
};

/** @param quiet whether only signaling NaNs are invalid, or any. */
const unordered = (fcsr: Int32Array, a: number, b: number, quiet: boolean): boolean => {
  if (!isNaNBits(a) && !isNaNBits(b)) return false;
  if (!quiet || isSignaling(a) || isSignaling(b)) fcsr[0]! |= FLAG.invalid;
  return true;
};

/** §11.9: one bit for each kind of number, from −∞ to quiet NaN. */
const classify = (a: number): number => {
  const magnitude = a & ~SIGN;
  if (magnitude > INFINITY_BITS) return (a & QUIET_BIT) === 0 ? 1 << 8 : 1 << 9;
  const distance = magnitude === INFINITY_BITS ? 3 : magnitude >= 0x0080_0000 ? 2 : magnitude !== 0 ? 1 : 0;
  return a < 0 ? 1 << (3 - distance) : 1 << (4 + distance);
};

// ── Conversions ─────────────────────────────────────────────────────────────────────────────────────────────────────

const roundToInteger = (value: number, rm: number): number => {
  const below = Math.floor(value);
  const fraction = value - below;
  switch (rm) {
    case ROUNDING.towardZero:
      return Math.trunc(value);
    case ROUNDING.down:
      return below;
    case ROUNDING.up:
      return Math.ceil(value);
    default: {
      if (fraction !== 0.5) return fraction < 0.5 ? below : below + 1;
      const tieGoesUp = rm === ROUNDING.nearestAway ? value > 0 : below % 2 !== 0;
      return tieGoesUp ? below + 1 : below;
    }
  }
};

/** §11.7: out of range, and NaN as if it were +∞, gives the nearest limit and is invalid, not inexact. */
const toInteger = (fcsr: Int32Array, rm: number, a: number, min: number, max: number): number => {
  const value = toNumber(a);
  const integer = roundToInteger(value, rm);
  if (integer >= min && integer <= max) {
    if (integer !== value) fcsr[0]! |= FLAG.inexact;
    return integer | 0;
  }
  fcsr[0]! |= FLAG.invalid;
  return (integer < min ? min : max) | 0;
};

/**
 * What a float instruction does: of the bits of its sources (rs1, rs2, rs3) and the rounding mode (0 … 4), the bits of its result. Raises
 * flags in fcsr[0].
 */
export type FloatMeaning = (fcsr: Int32Array, rm: number, a: number, b: number, c: number) => number;

export const FLOAT_OPERATIONS: Readonly<Record<FloatOperation, FloatMeaning>> = {
  add,
  sub: (fcsr, rm, a, b) => add(fcsr, rm, a, b ^ SIGN),
  mul: multiply,
  div: divide,
  sqrt: squareRoot,
  fmadd: fusedMultiplyAdd,
  fmsub: (fcsr, rm, a, b, c) => fusedMultiplyAdd(fcsr, rm, a, b, c ^ SIGN),
  fnmsub: (fcsr, rm, a, b, c) => fusedMultiplyAdd(fcsr, rm, a ^ SIGN, b, c),
  fnmadd: (fcsr, rm, a, b, c) => fusedMultiplyAdd(fcsr, rm, a ^ SIGN, b, c ^ SIGN),

  copySign: (_fcsr, _rm, a, b) => (a & ~SIGN) | (b & SIGN),
  copyNegatedSign: (_fcsr, _rm, a, b) => (a & ~SIGN) | (~b & SIGN),
  xorSign: (_fcsr, _rm, a, b) => a ^ (b & SIGN),

  min: (fcsr, _rm, a, b) => lesser(fcsr, a, b, a, b),
  max: (fcsr, _rm, a, b) => lesser(fcsr, a, b, b, a),
  equal: (fcsr, _rm, a, b) => (!unordered(fcsr, a, b, true) && toNumber(a) === toNumber(b) ? 1 : 0),
  less: (fcsr, _rm, a, b) => (!unordered(fcsr, a, b, false) && toNumber(a) < toNumber(b) ? 1 : 0),
  lessOrEqual: (fcsr, _rm, a, b) => (!unordered(fcsr, a, b, false) && toNumber(a) <= toNumber(b) ? 1 : 0),
  classify: (_fcsr, _rm, a) => classify(a),

  toInt: (fcsr, rm, a) => toInteger(fcsr, rm, a, -(2 ** 31), 2 ** 31 - 1),
  toUnsigned: (fcsr, rm, a) => toInteger(fcsr, rm, a, 0, 2 ** 32 - 1),
  fromInt: (fcsr, rm, a) => round(fcsr, a, rm),
  fromUnsigned: (fcsr, rm, a) => round(fcsr, a >>> 0, rm),
  moveToX: (_fcsr, _rm, a) => a,
  moveFromX: (_fcsr, _rm, a) => a,
};
