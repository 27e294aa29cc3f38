/** Ranges of signed 32-bit integers, and what instructions make of them. */
import { foldBinary, foldUnary } from "./fold.ts";
import {
  type BinaryOperation,
  type Instruction,
  isConstant,
  type Operand,
  type UnaryOperation,
  type Width,
} from "./ir.ts";
import { BINARY, UNARY } from "./operations.ts";

/** From `low` to `high`, both included. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

export const FULL: Range = { low: -0x8000_0000, high: 0x7fff_ffff };
const TRUTH: Range = { low: 0, high: 1 };

export const isWithin = (inner: Range, outer: Range): boolean => inner.low >= outer.low && inner.high <= outer.high;

export const union = (a: Range, b: Range): Range => ({ low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) });

/** What both have in common; `a` when that is nothing, as then the place is never reached. */
export const meet = (a: Range, b: Range): Range => {
  const low = Math.max(a.low, b.low);
  const high = Math.min(a.high, b.high);
  return low > high ? a : { low, high };
};

export const isSingle = ({ low, high }: Range): boolean => low === high;

/** Everything when a bound overflows: then values wrap. */
const fitting = (low: number, high: number): Range => (low < FULL.low || high > FULL.high ? FULL : { low, high });

const LOADED: Readonly<Partial<Record<Width, Range>>> = {
  i8: { low: -0x80, high: 0x7f },
  u8: { low: 0, high: 0xff },
  i16: { low: -0x8000, high: 0x7fff },
  u16: { low: 0, high: 0xffff },
};

/** The range of the result; `rangeOf` gives those of the operands, null when there is no value yet. */
export const transfer = (instruction: Instruction, rangeOf: (operand: Operand) => Range | null): Range | null => {
  const of = (operand: Operand): Range | null =>
    isConstant(operand) ? { low: operand.constant, high: operand.constant } : rangeOf(operand);
  switch (instruction.kind) {
    case "copy":
      return of(instruction.from);
    case "load":
      return LOADED[instruction.width] ?? FULL;
    case "unary": {
      if (UNARY[instruction.operation].of !== "integer") return FULL;
      const from = of(instruction.from);
      return from === null ? null : unaryRange(instruction.operation, from);
    }
    case "binary":
    case "divide": {
      if (BINARY[instruction.operation].of !== "integer") return comparisonRange(instruction);
      const [left, right] = [of(instruction.left), of(instruction.right)];
      if (left === null || right === null) return null;
      const range = binaryRange(instruction.operation, left, right);
      // Divided by what may be 0: then 0.
      return instruction.kind === "divide" ? union(range, { low: 0, high: 0 }) : range;
    }
    case "checkIndex": {
      const index = of(instruction.index);
      const count = of(instruction.count);
      if (index === null || count === null) return null;
      const last = Math.max(count.high, 1) - 1;
      const clamp = (value: number) => Math.min(Math.max(value, 0), last);
      return { low: clamp(index.low), high: clamp(index.high) };
    }
    case "select": {
      const [left, right] = [of(instruction.left), of(instruction.right)];
      return left === null || right === null ? (left ?? right) : union(left, right);
    }
    default:
      return FULL;
  }
};

const comparisonRange = ({ operation }: { readonly operation: BinaryOperation }): Range =>
  BINARY[operation].of !== "integer" && BINARY[operation].to === "integer" ? TRUTH : FULL;

const EXTENDED: Readonly<Partial<Record<UnaryOperation, Range>>> = {
  sext8: LOADED.i8!,
  zext8: LOADED.u8!,
  sext16: LOADED.i16!,
  zext16: LOADED.u16!,
};

const unaryRange = (operation: UnaryOperation, from: Range): Range => {
  const extended = EXTENDED[operation];
  if (extended !== undefined) return isWithin(from, extended) ? from : extended;
  if (operation === "isZero" || operation === "isNotZero") {
    if (from.low > 0 || from.high < 0 || isSingle(from)) {
      const truth = foldUnary(operation, from.low)!;
      return { low: truth, high: truth };
    }
    return TRUTH;
  }
  if (operation === "abs" && from.low > FULL.low) {
    const most = Math.max(Math.abs(from.low), Math.abs(from.high));
    return { low: from.low > 0 ? from.low : from.high < 0 ? -from.high : 0, high: most };
  }
  return FULL;
};

/** All bits up to the highest one of the value. */
const filled = (value: number): number => (value <= 0 ? 0 : 2 ** (32 - Math.clz32(value)) - 1);

const binaryRange = (operation: BinaryOperation, a: Range, b: Range): Range => {
  if (isSingle(a) && isSingle(b)) {
    const value = foldBinary(operation, a.low, b.low);
    if (value !== null) return { low: value, high: value };
  }
  switch (operation) {
    case "add":
      return fitting(a.low + b.low, a.high + b.high);
    case "sub":
      return fitting(a.low - b.high, a.high - b.low);
    case "mul": {
      const corners = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
      return fitting(Math.min(...corners), Math.max(...corners));
    }
    case "and":
    case "or":
    case "xor":
      return bitwiseRange(operation, a, b);
    case "sll":
    case "srl":
    case "sra":
      return isSingle(b) ? shiftRange(operation, a, b.low & 31) : FULL;
    case "slt":
      return a.high < b.low ? { low: 1, high: 1 } : a.low >= b.high ? { low: 0, high: 0 } : TRUTH;
    case "sltu":
      return TRUTH;
    case "min":
      return { low: Math.min(a.low, b.low), high: Math.min(a.high, b.high) };
    case "max":
      return { low: Math.max(a.low, b.low), high: Math.max(a.high, b.high) };
    case "minu":
      return a.low >= 0 && b.low >= 0 ? binaryRange("min", a, b) : FULL;
    case "maxu":
      return a.low >= 0 && b.low >= 0 ? binaryRange("max", a, b) : FULL;
    case "div":
    case "divu":
    case "rem":
    case "remu":
      return divisionRange(operation, a, b);
    default:
      return comparisonRange({ operation });
  }
};

const bitwiseRange = (operation: "and" | "or" | "xor", a: Range, b: Range): Range => {
  if (operation === "and") {
    if (a.low >= 0 && b.low >= 0) return { low: 0, high: Math.min(a.high, b.high) };
    if (a.low >= 0) return { low: 0, high: a.high };
    return b.low >= 0 ? { low: 0, high: b.high } : FULL;
  }
  if (a.low < 0 || b.low < 0) return FULL;
  return { low: operation === "or" ? Math.max(a.low, b.low) : 0, high: filled(Math.max(a.high, b.high)) };
};

const shiftRange = (operation: "sll" | "srl" | "sra", a: Range, distance: number): Range => {
  if (operation === "sll") return fitting(a.low * 2 ** distance, a.high * 2 ** distance);
  if (operation === "sra" || a.low >= 0) return { low: a.low >> distance, high: a.high >> distance };
  return distance === 0 ? FULL : { low: 0, high: 2 ** (32 - distance) - 1 };
};

/** By what is certainly positive; unsigned operations on what is not negative are signed ones. */
const divisionRange = (operation: "div" | "divu" | "rem" | "remu", a: Range, b: Range): Range => {
  const isUnsigned = operation.endsWith("u");
  if (b.low <= 0) return FULL;
  if (isUnsigned && a.low < 0) return operation === "remu" ? { low: 0, high: b.high - 1 } : unsignedQuotient(b);
  if (operation.startsWith("div")) {
    const corners = [a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high].map(Math.trunc);
    return { low: Math.min(...corners), high: Math.max(...corners) };
  }
  const most = b.high - 1;
  return {
    low: a.low >= 0 ? 0 : Math.max(a.low, -most),
    high: a.high <= 0 ? 0 : Math.min(a.high, most),
  };
};

const unsignedQuotient = ({ low }: Range): Range => (low >= 2 ? { low: 0, high: Math.floor(0xffff_ffff / low) } : FULL);
