/**
 * Double-precision arithmetic, exact in all five rounding modes with all five flags. RISC-V Unprivileged 20191213 chapter 12;
 * IEEE 754-2008 §4.3 (rounding), §7 (exceptions).
 *
 * The host's operation rounds to nearest; an error-free transformation tells by how much, or at least to which side, it is off
 * (Muller et al., Handbook of Floating-Point Arithmetic §4.3–4.7). That gives the flag and the other modes as long as no
 * exponent comes near its limits; there exact-doubles.ts takes over.
 */
import type { DoubleOperation } from "../isa/index.ts";
import {
  INFINITY_HIGH,
  isNaNAt,
  isSignaling,
  productError,
  QUIET_BIT,
  roundedToOdd,
  SIGN,
  stepAway,
  stepToZero,
  storeCanonicalNaN,
  sumError,
} from "./double-bits.ts";
import { storeExactQuotient, storeExactSum } from "./exact-doubles.ts";
import {
  FLAG,
  type FloatMeaning,
  type FloatRegisters,
  INT32,
  isNearestEnough,
  ROUNDING,
  raise,
  toInteger,
  UINT32,
} from "./float-rules.ts";
import { isNaNBits, isSignaling as isSignalingSingle, toNumber, unboxed } from "./single-bits.ts";

/** Between these nothing overflows or loses bits to the smallest exponent, neither results nor their errors (double-bits.ts). */
const SMALL = 2 ** -900;
const LARGE = 2 ** 990;

const isMiddling = (value: number): boolean => {
  const magnitude = Math.abs(value);
  return magnitude > SMALL && magnitude < LARGE;
};

/** A result of NaN: invalid when an operand signals, or when none of them is a NaN and so the operation made it. */
const storeNaN = (words: Int32Array, target: number, a: number, b: number): void => {
  const madeHere = !isNaNAt(words, a) && !isNaNAt(words, b);
  if (madeHere || isSignaling(words, a) || isSignaling(words, b)) raise(words, FLAG.invalid);
  storeCanonicalNaN(words, target);
};

// ── Rounding ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What `rm`, not nearest-even, makes of a `nearest` that is off: the exact result is nearest + error. */
const redirected = (rm: number, nearest: number, error: number): number => {
  const isAbove = error > 0;
  const isBeyond = isAbove === nearest > 0;
  switch (rm) {
    case ROUNDING.towardZero:
      return isBeyond ? nearest : stepToZero(nearest);
    case ROUNDING.down:
      if (isAbove) return nearest;
      return nearest > 0 ? stepToZero(nearest) : stepAway(nearest);
    case ROUNDING.up:
      if (!isAbove) return nearest;
      return nearest > 0 ? stepAway(nearest) : stepToZero(nearest);
    default: {
      if (!isBeyond) return nearest;
      const next = stepAway(nearest);
      return next - nearest === 2 * error ? next : nearest;
    }
  }
};

/**
 * Stores what `rm` makes of nearest + error, where `nearest` is the double nearest to it, of middling size. The error may be off
 * as long as it has the right sign and is half a unit in the last place only when it should.
 */
const storeRounded = (
  { words, doubles }: FloatRegisters,
  rm: number,
  target: number,
  nearest: number,
  error: number,
) => {
  let result = nearest;
  if (error !== 0) {
    raise(words, FLAG.inexact);
    if (rm !== ROUNDING.nearestEven) result = redirected(rm, nearest, error);
  }
  doubles[target >> 1] = result;
};

/** An error of which only the side is known: quotients and roots are never half a unit off. */
const toTheSideOf = (remainder: number): number => Math.sign(remainder) * Number.MIN_VALUE;

// ── Arithmetic ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** x + y, which is no NaN. */
const storeSum = (registers: FloatRegisters, rm: number, target: number, x: number, y: number): void => {
  const { doubles } = registers;
  const sum = x + y;
  if (sum === 0) {
    // A sum that cancels is +0, but −0 when rounding down; the sum of two zeros of one sign keeps it.
    doubles[target >> 1] = rm === ROUNDING.down && !(Object.is(x, 0) && Object.is(y, 0)) ? -0 : sum;
  } else if (Math.abs(sum) < LARGE) {
    // A sum below the middle is exact: no error is lost.
    storeRounded(registers, rm, target, sum, sumError(x, y, sum));
  } else if (Number.isFinite(x) && Number.isFinite(y)) {
    storeExactSum(registers, rm, target, x, 1, y);
  } else {
    doubles[target >> 1] = sum;
  }
};

const add: FloatMeaning = (registers, rm, target, a, b) => {
  const x = registers.doubles[a >> 1]!;
  const y = registers.doubles[b >> 1]!;
  if (Number.isNaN(x + y)) storeNaN(registers.words, target, a, b);
  else storeSum(registers, rm, target, x, y);
};

const subtract: FloatMeaning = (registers, rm, target, a, b) => {
  const x = registers.doubles[a >> 1]!;
  const y = registers.doubles[b >> 1]!;
  if (Number.isNaN(x - y)) storeNaN(registers.words, target, a, b);
  else storeSum(registers, rm, target, x, -y);
};

const multiply: FloatMeaning = (registers, rm, target, a, b) => {
  const { words, doubles } = registers;
  const x = doubles[a >> 1]!;
  const y = doubles[b >> 1]!;
  const product = x * y;
  if (isMiddling(product) && isNearestEnough(words, rm)) {
    doubles[target >> 1] = product;
  } else if (isMiddling(product) && Math.abs(x) < LARGE && Math.abs(y) < LARGE) {
    storeRounded(registers, rm, target, product, productError(x, y, product));
  } else if (Number.isNaN(product)) {
    storeNaN(words, target, a, b);
  } else if (x === 0 || y === 0 || !Number.isFinite(x) || !Number.isFinite(y)) {
    doubles[target >> 1] = product;
  } else {
    storeExactSum(registers, rm, target, x, y, 0);
  }
};

const divide: FloatMeaning = (registers, rm, target, a, b) => {
  const { words, doubles } = registers;
  const x = doubles[a >> 1]!;
  const y = doubles[b >> 1]!;
  const quotient = x / y;
  if (isMiddling(quotient) && isNearestEnough(words, rm)) {
    doubles[target >> 1] = quotient;
  } else if (isMiddling(quotient) && isMiddling(x) && isMiddling(y)) {
    const product = quotient * y;
    const remainder = x - product - productError(quotient, y, product);
    storeRounded(registers, rm, target, quotient, toTheSideOf(y > 0 ? remainder : -remainder));
  } else if (Number.isNaN(quotient)) {
    storeNaN(words, target, a, b);
  } else if (x === 0 || y === 0 || !Number.isFinite(x) || !Number.isFinite(y)) {
    if (y === 0 && Number.isFinite(x)) raise(words, FLAG.divideByZero);
    doubles[target >> 1] = quotient;
  } else {
    storeExactQuotient(registers, rm, target, x, y);
  }
};

const squareRoot: FloatMeaning = (registers, rm, target, a) => {
  const { words, doubles } = registers;
  const x = doubles[a >> 1]!;
  const root = Math.sqrt(x);
  if (Number.isNaN(root)) {
    storeNaN(words, target, a, a);
  } else if (root === 0 || root === Infinity || isNearestEnough(words, rm)) {
    doubles[target >> 1] = root;
  } else {
    // A root is never near the limits; its square is not either, when scaled to the middle.
    const scaledRoot = root * (x < 1 ? 2 ** 150 : 2 ** -150);
    const square = scaledRoot * scaledRoot;
    const remainder = x * (x < 1 ? 2 ** 300 : 2 ** -300) - square - productError(scaledRoot, scaledRoot, square);
    storeRounded(registers, rm, target, root, toTheSideOf(remainder));
  }
};

/** x × y + z, rounded once (Boldo & Melquiond 2008); a, b and c tell what their NaNs are. */
const storeFused = (
  registers: FloatRegisters,
  rm: number,
  target: number,
  x: number,
  y: number,
  z: number,
  a: number,
  b: number,
  c: number,
): void => {
  const product = x * y;
  const result = product + z;
  if (isMiddling(result) && isMiddling(product) && Math.abs(x) < LARGE && Math.abs(y) < LARGE && Math.abs(z) < LARGE) {
    const low = productError(x, y, product);
    const lowSum = z + low;
    const lowError = sumError(z, low, lowSum);
    const sum = product + lowSum;
    const sumLow = sumError(product, lowSum, sum);
    const tail = sumLow + lowError;
    const tailError = sumError(sumLow, lowError, tail);
    const oddTail = tailError === 0 ? tail : roundedToOdd(tail, tailError);
    const nearest = sum + oddTail;
    storeRounded(registers, rm, target, nearest, sumError(sum, oddTail, nearest));
  } else if (Number.isFinite(x) && Number.isFinite(y) && !Number.isNaN(z)) {
    // The product is finite, although it may not be one as a double.
    if (!Number.isFinite(z)) registers.doubles[target >> 1] = z;
    else if (x === 0 || y === 0) storeSum(registers, rm, target, product, z);
    else storeExactSum(registers, rm, target, x, y, z);
  } else if (Number.isNaN(result)) {
    storeFusedNaN(registers.words, target, product, a, b, c);
  } else {
    registers.doubles[target >> 1] = result;
  }
};

const storeFusedNaN = (words: Int32Array, target: number, product: number, a: number, b: number, c: number): void => {
  // ∞ × 0 is invalid even when a quiet NaN is added (§11.6).
  const productMade = Number.isNaN(product) && !isNaNAt(words, a) && !isNaNAt(words, b);
  const sumMade = !Number.isNaN(product) && !isNaNAt(words, c);
  const signals = isSignaling(words, a) || isSignaling(words, b) || isSignaling(words, c);
  if (productMade || sumMade || signals) raise(words, FLAG.invalid);
  storeCanonicalNaN(words, target);
};

const fusedMultiplyAdd: FloatMeaning = (registers, rm, target, a, b, c) => {
  const { doubles } = registers;
  storeFused(registers, rm, target, doubles[a >> 1]!, doubles[b >> 1]!, doubles[c >> 1]!, a, b, c);
};
const fusedMultiplySubtract: FloatMeaning = (registers, rm, target, a, b, c) => {
  const { doubles } = registers;
  storeFused(registers, rm, target, doubles[a >> 1]!, doubles[b >> 1]!, -doubles[c >> 1]!, a, b, c);
};
const fusedNegatedMultiplySubtract: FloatMeaning = (registers, rm, target, a, b, c) => {
  const { doubles } = registers;
  storeFused(registers, rm, target, -doubles[a >> 1]!, doubles[b >> 1]!, doubles[c >> 1]!, a, b, c);
};
const fusedNegatedMultiplyAdd: FloatMeaning = (registers, rm, target, a, b, c) => {
  const { doubles } = registers;
  storeFused(registers, rm, target, -doubles[a >> 1]!, doubles[b >> 1]!, -doubles[c >> 1]!, a, b, c);
};

// ── Signs, comparisons, classes ─────────────────────────────────────────────────────────────────────────────────────

/** f[source] with another upper half, which holds the sign. */
const storeWithHigh = (words: Int32Array, target: number, source: number, high: number): void => {
  words[target] = words[source]!;
  words[target + 1] = high;
};

/** §11.6: the lesser or the greater one; a number wins against a NaN, and −0 is less than +0. */
const storeExtreme = (registers: FloatRegisters, target: number, a: number, b: number, wantsLess: boolean): void => {
  const { words, doubles } = registers;
  if (isSignaling(words, a) || isSignaling(words, b)) raise(words, FLAG.invalid);
  const x = doubles[a >> 1]!;
  const y = doubles[b >> 1]!;
  if (Number.isNaN(x) && Number.isNaN(y)) {
    storeCanonicalNaN(words, target);
  } else {
    const isLess = x < y || (x === y && words[a + 1]! < 0);
    const isFirst = Number.isNaN(y) || (!Number.isNaN(x) && isLess === wantsLess);
    const chosen = isFirst ? a : b;
    storeWithHigh(words, target, chosen, words[chosen + 1]!);
  }
};

/** Equality is invalid for signaling NaNs only. */
const equal: FloatMeaning = ({ words, doubles }, _rm, target, a, b) => {
  if (isSignaling(words, a) || isSignaling(words, b)) raise(words, FLAG.invalid);
  words[target] = doubles[a >> 1] === doubles[b >> 1] ? 1 : 0;
};

/** An order is invalid for any NaN, and false. */
const less: FloatMeaning = ({ words, doubles }, _rm, target, a, b) => {
  const x = doubles[a >> 1]!;
  const y = doubles[b >> 1]!;
  if (Number.isNaN(x) || Number.isNaN(y)) raise(words, FLAG.invalid);
  words[target] = x < y ? 1 : 0;
};

const lessOrEqual: FloatMeaning = ({ words, doubles }, _rm, target, a, b) => {
  const x = doubles[a >> 1]!;
  const y = doubles[b >> 1]!;
  if (Number.isNaN(x) || Number.isNaN(y)) raise(words, FLAG.invalid);
  words[target] = x <= y ? 1 : 0;
};

/** §11.9: one bit for each kind of number, from −∞ to quiet NaN. */
const classify = (words: Int32Array, a: number): number => {
  const high = words[a + 1]!;
  const magnitude = high & ~SIGN;
  if (isNaNAt(words, a)) return (high & QUIET_BIT) === 0 ? 1 << 8 : 1 << 9;
  const isZero = magnitude === 0 && words[a] === 0;
  const distance = magnitude === INFINITY_HIGH ? 3 : magnitude >= 0x0010_0000 ? 2 : isZero ? 0 : 1;
  return high < 0 ? 1 << (3 - distance) : 1 << (4 + distance);
};

// ── The table ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** §12.5: always exact. */
const fromSingle: FloatMeaning = ({ words, doubles }, _rm, target, a) => {
  const bits = unboxed(words, a);
  if (isNaNBits(bits)) {
    if (isSignalingSingle(bits)) raise(words, FLAG.invalid);
    storeCanonicalNaN(words, target);
  } else {
    doubles[target >> 1] = toNumber(bits);
  }
};

export const DOUBLES: Readonly<Record<DoubleOperation, FloatMeaning>> = {
  add,
  sub: subtract,
  mul: multiply,
  div: divide,
  sqrt: squareRoot,
  fmadd: fusedMultiplyAdd,
  fmsub: fusedMultiplySubtract,
  fnmsub: fusedNegatedMultiplySubtract,
  fnmadd: fusedNegatedMultiplyAdd,

  copySign: ({ words }, _rm, target, a, b) =>
    storeWithHigh(words, target, a, (words[a + 1]! & ~SIGN) | (words[b + 1]! & SIGN)),
  copyNegatedSign: ({ words }, _rm, target, a, b) =>
    storeWithHigh(words, target, a, (words[a + 1]! & ~SIGN) | (~words[b + 1]! & SIGN)),
  xorSign: ({ words }, _rm, target, a, b) => storeWithHigh(words, target, a, words[a + 1]! ^ (words[b + 1]! & SIGN)),

  min: (registers, _rm, target, a, b) => storeExtreme(registers, target, a, b, true),
  max: (registers, _rm, target, a, b) => storeExtreme(registers, target, a, b, false),
  equal,
  less,
  lessOrEqual,
  classify: ({ words }, _rm, target, a) => {
    words[target] = classify(words, a);
  },

  toInt: ({ words, doubles }, rm, target, a) => {
    words[target] = toInteger(words, rm, doubles[a >> 1]!, INT32.min, INT32.max);
  },
  toUnsigned: ({ words, doubles }, rm, target, a) => {
    words[target] = toInteger(words, rm, doubles[a >> 1]!, UINT32.min, UINT32.max);
  },
  fromInt: ({ words, doubles }, _rm, target, a) => {
    doubles[target >> 1] = words[a]!;
  },
  fromUnsigned: ({ words, doubles }, _rm, target, a) => {
    doubles[target >> 1] = words[a]! >>> 0;
  },
  fromSingle,
};
