/** Operations on 64 bits as operations on their halves (Warren, "Hacker's Delight", §2–15 ff.). */
import { constant, isConstant, type Operand, type Register } from "./ir.ts";
import type { MachineBinary, MachineUnary } from "./operations.ts";

/** The two halves of a long. */
export interface Pair<T extends Operand = Operand> {
  readonly low: T;
  readonly high: T;
}

/** Each gives a new integer register. */
export interface HalfBuilder {
  unary(operation: MachineUnary, from: Operand): Register;
  binary(operation: MachineBinary, left: Operand, right: Operand): Register;
  select(condition: Operand, left: Operand, right: Operand): Register;
}

const ZERO = constant(0);

const add = (out: HalfBuilder, a: Pair, b: Pair): Pair => {
  const low = out.binary("add", a.low, b.low);
  const carry = out.binary("sltu", low, b.low);
  return { low, high: out.binary("add", out.binary("add", a.high, b.high), carry) };
};

const subtract = (out: HalfBuilder, a: Pair, b: Pair): Pair => {
  const borrow = out.binary("sltu", a.low, b.low);
  const high = out.binary("sub", out.binary("sub", a.high, b.high), borrow);
  return { low: out.binary("sub", a.low, b.low), high };
};

const multiply = (out: HalfBuilder, a: Pair, b: Pair): Pair => {
  const crossed = out.binary("add", out.binary("mul", a.low, b.high), out.binary("mul", a.high, b.low));
  const high = out.binary("add", out.binary("mulhu", a.low, b.low), crossed);
  return { low: out.binary("mul", a.low, b.low), high };
};

const bitwise =
  (operation: "and" | "or" | "xor") =>
  (out: HalfBuilder, a: Pair, b: Pair): Pair => ({
    low: out.binary(operation, a.low, b.low),
    high: out.binary(operation, a.high, b.high),
  });

export const LONG_ARITHMETIC = {
  ladd: add,
  lsub: subtract,
  lmul: multiply,
  land: bitwise("and"),
  lor: bitwise("or"),
  lxor: bitwise("xor"),
} as const;

/** Shifts take the low five bits of a distance, so the sixth says whether a half moves over as a whole. */
const HALF = 32;

const shiftLeft = (out: HalfBuilder, { low, high }: Pair, by: Operand): Pair => {
  if (isConstant(by)) {
    const distance = by.constant & 63;
    if (distance === 0) return { low, high };
    if (distance >= HALF) return { low: ZERO, high: out.binary("sll", low, constant(distance - HALF)) };
    const carried = out.binary("srl", low, constant(HALF - distance));
    return { low: out.binary("sll", low, by), high: out.binary("or", out.binary("sll", high, by), carried) };
  }
  const carried = out.binary("srl", out.binary("srl", low, constant(1)), out.binary("xor", by, constant(HALF - 1)));
  const [near, far] = [out.binary("or", out.binary("sll", high, by), carried), out.binary("sll", low, by)];
  const isFar = out.binary("and", by, constant(HALF));
  return { low: out.select(isFar, ZERO, far), high: out.select(isFar, far, near) };
};

const shiftRight =
  (operation: "srl" | "sra") =>
  (out: HalfBuilder, { low, high }: Pair, by: Operand): Pair => {
    const filled = operation === "srl" ? ZERO : out.binary("sra", high, constant(HALF - 1));
    if (isConstant(by)) {
      const distance = by.constant & 63;
      if (distance === 0) return { low, high };
      if (distance >= HALF) return { low: out.binary(operation, high, constant(distance - HALF)), high: filled };
      const carried = out.binary("sll", high, constant(HALF - distance));
      return { low: out.binary("or", out.binary("srl", low, by), carried), high: out.binary(operation, high, by) };
    }
    const carried = out.binary("sll", out.binary("sll", high, constant(1)), out.binary("xor", by, constant(HALF - 1)));
    const [near, far] = [out.binary("or", out.binary("srl", low, by), carried), out.binary(operation, high, by)];
    const isFar = out.binary("and", by, constant(HALF));
    return { low: out.select(isFar, far, near), high: out.select(isFar, filled, far) };
  };

export const LONG_SHIFTS = { lsll: shiftLeft, lsrl: shiftRight("srl"), lsra: shiftRight("sra") } as const;

const equal = (out: HalfBuilder, a: Pair, b: Pair): Operand =>
  out.unary("isZero", out.binary("or", out.binary("xor", a.low, b.low), out.binary("xor", a.high, b.high)));

const less =
  (operation: "slt" | "sltu") =>
  (out: HalfBuilder, a: Pair, b: Pair): Operand => {
    const sameAbove = out.unary("isZero", out.binary("xor", a.high, b.high));
    const below = out.binary("and", sameAbove, out.binary("sltu", a.low, b.low));
    return out.binary("or", out.binary(operation, a.high, b.high), below);
  };

/** 0 or 1. */
export const LONG_COMPARISONS = { leq: equal, lslt: less("slt"), lsltu: less("sltu") } as const;
