/**
 * Doubles near the limits of their exponent: results computed exactly as integers × 2^n and rounded once, with overflow and
 * underflow. IEEE 754-2008 §4.3, §7.4 (overflow), §7.5 (underflow; RISC-V detects tininess after rounding).
 */
import { FLAG, type FloatRegisters, ROUNDING, raise } from "./float-rules.ts";

const PRECISION = 53;
/** Every double is a multiple of 2^-1074; normal ones are at least 2^-1022. */
const SMALLEST_EXPONENT = -1074;
const NORMAL_EXPONENT = -1022;

const FRACTION_BITS = 52n;
const HIDDEN_BIT = 1n << FRACTION_BITS;
const INFINITY_BITS = 0x7ffn << FRACTION_BITS;

/** integer × 2^exponent. */
interface Scaled {
  readonly integer: bigint;
  readonly exponent: number;
}

const scratch = new Float64Array(1);
const scratchBits = new BigUint64Array(scratch.buffer);

const scaledOf = (value: number): Scaled => {
  scratch[0] = Math.abs(value);
  const bits = scratchBits[0]!;
  const fraction = bits & (HIDDEN_BIT - 1n);
  const biased = Number(bits >> FRACTION_BITS);
  const magnitude = biased === 0 ? fraction : fraction | HIDDEN_BIT;
  return { integer: value < 0 ? -magnitude : magnitude, exponent: SMALLEST_EXPONENT + Math.max(biased - 1, 0) };
};

const shifted = ({ integer, exponent }: Scaled, to: number): bigint => integer << BigInt(exponent - to);

/** magnitude ÷ 2^shift, rounded as `rm` says. */
const roundedShift = (magnitude: bigint, shift: number, negative: boolean, rm: number): bigint => {
  if (shift <= 0) return magnitude << BigInt(-shift);
  const kept = magnitude >> BigInt(shift);
  const rest = magnitude - (kept << BigInt(shift));
  const half = 1n << BigInt(shift - 1);
  const goesUp = {
    [ROUNDING.nearestEven]: rest > half || (rest === half && (kept & 1n) === 1n),
    [ROUNDING.towardZero]: false,
    [ROUNDING.down]: negative && rest > 0n,
    [ROUNDING.up]: !negative && rest > 0n,
    [ROUNDING.nearestAway]: rest >= half,
  }[rm];
  return goesUp ? kept + 1n : kept;
};

/** Stores integer × 2^exponent, where integer is not 0. */
const storeScaled = (registers: FloatRegisters, rm: number, target: number, { integer, exponent }: Scaled): void => {
  const negative = integer < 0n;
  const magnitude = negative ? -integer : integer;
  /** The value is in [2^(top − 1), 2^top). */
  const top = magnitude.toString(2).length + exponent;
  const unit = Math.max(top - PRECISION, SMALLEST_EXPONENT);
  const rounded = roundedShift(magnitude, unit - exponent, negative, rm);
  // A carry out of the fraction, or into the normal numbers, counts the exponent up.
  let bits = (BigInt(unit - SMALLEST_EXPONENT) << FRACTION_BITS) + rounded;

  const isInexact = unit > exponent && rounded << BigInt(unit - exponent) !== magnitude;
  if (bits >= INFINITY_BITS) {
    raise(registers.words, FLAG.overflow | FLAG.inexact);
    const staysFinite = rm === ROUNDING.towardZero || rm === (negative ? ROUNDING.up : ROUNDING.down);
    bits = staysFinite ? INFINITY_BITS - 1n : INFINITY_BITS;
  } else if (isInexact) {
    raise(registers.words, FLAG.inexact);
    const unlimited = roundedShift(magnitude, top - PRECISION - exponent, negative, rm);
    const isTiny = top < NORMAL_EXPONENT || (top === NORMAL_EXPONENT && unlimited < 2n * HIDDEN_BIT);
    if (isTiny) raise(registers.words, FLAG.underflow);
  }
  registers.words[target] = Number(BigInt.asIntN(32, bits));
  registers.words[target + 1] = Number(bits >> 32n) | (negative ? 0x8000_0000 : 0);
};

/** Stores x × y + z of finite doubles, rounded once. */
export const storeExactSum = (
  registers: FloatRegisters,
  rm: number,
  target: number,
  x: number,
  y: number,
  z: number,
): void => {
  const a = scaledOf(x);
  const b = scaledOf(y);
  const product = { integer: a.integer * b.integer, exponent: a.exponent + b.exponent };
  const addend = scaledOf(z);
  const exponent = Math.min(product.exponent, addend.exponent);
  const integer = shifted(product, exponent) + shifted(addend, exponent);
  // What cancels is +0, but −0 when rounding down.
  if (integer === 0n) registers.doubles[target >> 1] = rm === ROUNDING.down ? -0 : 0;
  else storeScaled(registers, rm, target, { integer, exponent });
};

/** More than a double and a rounding bit take. */
const QUOTIENT_BITS = 60n;

/** Stores x ÷ y of finite doubles other than 0. */
export const storeExactQuotient = (
  registers: FloatRegisters,
  rm: number,
  target: number,
  x: number,
  y: number,
): void => {
  const a = scaledOf(x);
  const b = scaledOf(y);
  const dividend = a.integer << (QUOTIENT_BITS + FRACTION_BITS);
  const quotient = dividend / b.integer;
  // The last bit says that something follows.
  const sticky = quotient * b.integer === dividend ? 0n : dividend < 0n === b.integer < 0n ? 1n : -1n;
  storeScaled(registers, rm, target, {
    integer: 2n * quotient + sticky,
    exponent: a.exponent - b.exponent - Number(QUOTIENT_BITS + FRACTION_BITS) - 1,
  });
};
