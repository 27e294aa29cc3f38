/**
 * Doubles as bit patterns, their neighbours, and error-free transformations. IEEE 754-2008 §3.4; Muller et al., Handbook of
 * Floating-Point Arithmetic §4.3–4.4.
 */

// ── In registers: `word` is the index of the low one ────────────────────────────────────────────────────────────────

/** Of the upper half. */
export const SIGN = 0x8000_0000 | 0;
export const INFINITY_HIGH = 0x7ff0_0000;
export const QUIET_BIT = 0x0008_0000;
const CANONICAL_NAN_HIGH = 0x7ff8_0000;

export const isNaNAt = (words: Int32Array, word: number): boolean => {
  const magnitude = words[word + 1]! & ~SIGN;
  return magnitude > INFINITY_HIGH || (magnitude === INFINITY_HIGH && words[word] !== 0);
};

export const isSignaling = (words: Int32Array, word: number): boolean =>
  (words[word + 1]! & QUIET_BIT) === 0 && isNaNAt(words, word);

export const storeCanonicalNaN = (words: Int32Array, word: number): void => {
  words[word] = 0;
  words[word + 1] = CANONICAL_NAN_HIGH;
};

// ── As numbers ──────────────────────────────────────────────────────────────────────────────────────────────────────

const double = new Float64Array(1);
/** Low word first. */
const halves = new Uint32Array(double.buffer);

/** The double below a `value` other than 0 in magnitude. */
export const stepToZero = (value: number): number => {
  double[0] = value;
  if (halves[0]! === 0) halves[1]! -= 1;
  halves[0]! -= 1;
  return double[0]!;
};

/** The double above `value` in magnitude. */
export const stepAway = (value: number): number => {
  double[0] = value;
  halves[0]! += 1;
  if (halves[0]! === 0) halves[1]! += 1;
  return double[0]!;
};

export const setLastBit = (value: number): number => {
  double[0] = value;
  halves[0]! |= 1;
  return double[0]!;
};

/**
 * The first 26 bits of a double: enough to round to single, and few enough that its products with singles are exact in a
 * double.
 */
export const first26Bits = (value: number): number => {
  double[0] = value;
  halves[0]! &= 0xf800_0000;
  return double[0]!;
};

/**
 * `nearest` is the double nearest to nearest + error (error ≠ 0): the truncated one instead, with its last bit set ("round to
 * odd", Boldo & Melquiond 2008). Rounding that to fewer bits, in any mode, rounds nearest + error once.
 */
export const roundedToOdd = (nearest: number, error: number): number =>
  setLastBit(error > 0 === nearest > 0 ? nearest : stepToZero(nearest));

/** x + y = sum + error exactly, where sum = x + y in doubles, finite (TwoSum: Knuth, TAOCP 4.2.2). */
export const sumError = (x: number, y: number, sum: number): number => {
  const yPart = sum - x;
  return x - (sum - yPart) + (y - yPart);
};

/** 2^27 + 1: splits a double into two of 26 bits, whose products are exact (Veltkamp). */
const SPLITTER = 134_217_729;

/**
 * x × y = product + error exactly, where product = x × y in doubles (Dekker 1971). Factors below 2^990 in magnitude, product
 * from 2^-960 on.
 */
export const productError = (x: number, y: number, product: number): number => {
  const xScaled = x * SPLITTER;
  const xHigh = xScaled - (xScaled - x);
  const xLow = x - xHigh;
  const yScaled = y * SPLITTER;
  const yHigh = yScaled - (yScaled - y);
  const yLow = y - yHigh;
  return xLow * yLow - (product - xHigh * yHigh - xLow * yHigh - xHigh * yLow);
};
