/**
 * The single-precision instructions on registers: the common case as the host computes it, all else exactly (exact-singles.ts).
 * RISC-V Unprivileged 20191213 chapter 11, §12.2 (NaN boxing), §12.5 (conversion from double).
 */
import type { SingleOperation } from "../isa/index.ts";
import { isSignaling as isSignalingDouble, roundedToOdd, sumError } from "./double-bits.ts";
import {
  add,
  classify,
  divide,
  fusedMultiplyAdd,
  greater,
  lesser,
  multiply,
  round,
  squareRoot,
} from "./exact-singles.ts";
import {
  FLAG,
  type FloatMeaning,
  type FloatRegisters,
  INT32,
  isNearestEnough,
  raise,
  toInteger,
  UINT32,
} from "./float-rules.ts";
import { BOX, box, CANONICAL_NAN, isSignaling, SIGN, toBits, unboxed } from "./single-bits.ts";

/** The single in a register; NaN also when it is not boxed. */
const numberAt = ({ words, singles }: FloatRegisters, word: number): number =>
  words[word + 1] === BOX ? singles[word]! : Number.NaN;

/** Neither overflow nor underflow is near. */
const isMiddling = (value: number): boolean => {
  const magnitude = Math.abs(value);
  return magnitude > 2 ** -120 && magnitude < 2 ** 120;
};

/**
 * The common case, quickly: stores the single nearest to `value`. That is right for sums, products, quotients and roots of singles
 * although they are rounded to doubles first (Figueroa 1995).
 * @returns false, with nothing done, when it is not that case.
 */
const storedNearest = ({ words, singles }: FloatRegisters, rm: number, target: number, value: number): boolean => {
  const nearest = Math.fround(value);
  if (!isMiddling(nearest) || !isNearestEnough(words, rm)) return false;
  singles[target] = nearest;
  words[target + 1] = BOX;
  return true;
};

const storeSum: FloatMeaning = (registers, rm, target, a, b) => {
  const { words } = registers;
  if (storedNearest(registers, rm, target, numberAt(registers, a) + numberAt(registers, b))) return;
  box(words, target, add(words, rm, unboxed(words, a), unboxed(words, b)));
};

const storeDifference: FloatMeaning = (registers, rm, target, a, b) => {
  const { words } = registers;
  if (storedNearest(registers, rm, target, numberAt(registers, a) - numberAt(registers, b))) return;
  box(words, target, add(words, rm, unboxed(words, a), unboxed(words, b) ^ SIGN));
};

const storeProduct: FloatMeaning = (registers, rm, target, a, b) => {
  const { words } = registers;
  if (storedNearest(registers, rm, target, numberAt(registers, a) * numberAt(registers, b))) return;
  box(words, target, multiply(words, rm, unboxed(words, a), unboxed(words, b)));
};

const storeQuotient: FloatMeaning = (registers, rm, target, a, b) => {
  const { words } = registers;
  if (storedNearest(registers, rm, target, numberAt(registers, a) / numberAt(registers, b))) return;
  box(words, target, divide(words, rm, unboxed(words, a), unboxed(words, b)));
};

const storeRoot: FloatMeaning = (registers, rm, target, a) => {
  const { words } = registers;
  if (storedNearest(registers, rm, target, Math.sqrt(numberAt(registers, a)))) return;
  box(words, target, squareRoot(words, rm, unboxed(words, a)));
};

/** ±(a × b) ± c; each sign is 0 or SIGN. */
const storeFused =
  (productSign: number, addendSign: number): FloatMeaning =>
  (registers, rm, target, a, b, c) => {
    const { words } = registers;
    const product = numberAt(registers, a) * numberAt(registers, b) * (productSign === 0 ? 1 : -1);
    const addend = numberAt(registers, c) * (addendSign === 0 ? 1 : -1);
    const sum = product + addend;
    const error = sumError(product, addend, sum);
    if (isMiddling(sum) && storedNearest(registers, rm, target, error === 0 ? sum : roundedToOdd(sum, error))) return;
    const x = unboxed(words, a) ^ productSign;
    box(words, target, fusedMultiplyAdd(words, rm, x, unboxed(words, b), unboxed(words, c) ^ addendSign));
  };

/** Equality is invalid for signaling NaNs only. */
const equal: FloatMeaning = (registers, _rm, target, a, b) => {
  const { words } = registers;
  if (isSignaling(unboxed(words, a)) || isSignaling(unboxed(words, b))) raise(words, FLAG.invalid);
  words[target] = numberAt(registers, a) === numberAt(registers, b) ? 1 : 0;
};

/** An order is invalid for any NaN, and false. */
const less: FloatMeaning = (registers, _rm, target, a, b) => {
  const x = numberAt(registers, a);
  const y = numberAt(registers, b);
  if (Number.isNaN(x) || Number.isNaN(y)) raise(registers.words, FLAG.invalid);
  registers.words[target] = x < y ? 1 : 0;
};

const lessOrEqual: FloatMeaning = (registers, _rm, target, a, b) => {
  const x = numberAt(registers, a);
  const y = numberAt(registers, b);
  if (Number.isNaN(x) || Number.isNaN(y)) raise(registers.words, FLAG.invalid);
  registers.words[target] = x <= y ? 1 : 0;
};

/** §12.5. */
const fromDouble: FloatMeaning = ({ words, doubles }, rm, target, a) => {
  const value = doubles[a >> 1]!;
  if (Number.isFinite(value)) {
    box(words, target, round(words, value, rm));
  } else if (Number.isNaN(value)) {
    if (isSignalingDouble(words, a)) raise(words, FLAG.invalid);
    box(words, target, CANONICAL_NAN);
  } else {
    box(words, target, toBits(value));
  }
};

export const SINGLES: Readonly<Record<SingleOperation, FloatMeaning>> = {
  add: storeSum,
  sub: storeDifference,
  mul: storeProduct,
  div: storeQuotient,
  sqrt: storeRoot,
  fmadd: storeFused(0, 0),
  fmsub: storeFused(0, SIGN),
  fnmsub: storeFused(SIGN, 0),
  fnmadd: storeFused(SIGN, SIGN),

  copySign: ({ words }, _rm, target, a, b) =>
    box(words, target, (unboxed(words, a) & ~SIGN) | (unboxed(words, b) & SIGN)),
  copyNegatedSign: ({ words }, _rm, target, a, b) =>
    box(words, target, (unboxed(words, a) & ~SIGN) | (~unboxed(words, b) & SIGN)),
  xorSign: ({ words }, _rm, target, a, b) => box(words, target, unboxed(words, a) ^ (unboxed(words, b) & SIGN)),

  min: ({ words }, _rm, target, a, b) => box(words, target, lesser(words, unboxed(words, a), unboxed(words, b))),
  max: ({ words }, _rm, target, a, b) => box(words, target, greater(words, unboxed(words, a), unboxed(words, b))),
  equal,
  less,
  lessOrEqual,
  classify: ({ words }, _rm, target, a) => {
    words[target] = classify(unboxed(words, a));
  },

  toInt: (registers, rm, target, a) => {
    registers.words[target] = toInteger(registers.words, rm, numberAt(registers, a), INT32.min, INT32.max);
  },
  toUnsigned: (registers, rm, target, a) => {
    registers.words[target] = toInteger(registers.words, rm, numberAt(registers, a), UINT32.min, UINT32.max);
  },
  fromInt: ({ words }, rm, target, a) => box(words, target, round(words, words[a]!, rm)),
  fromUnsigned: ({ words }, rm, target, a) => box(words, target, round(words, words[a]! >>> 0, rm)),
  fromDouble,
  // The lower half as it is, boxed or not.
  moveToX: ({ words }, _rm, target, a) => {
    words[target] = words[a]!;
  },
  moveFromX: ({ words }, _rm, target, a) => box(words, target, words[a]!),
};
