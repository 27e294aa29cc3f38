/** Values known at compile time and how operations on them come out: the same as on the board, bit for bit. */
import type { ArithmeticOperator, Comparison } from "./checked.ts";
import { DWORD, type ElementaryType, isSigned, LREAL, LWORD, REAL, rangeOf, scalarOf, type Type } from "./types.ts";

/** Everything held as an integer as bigint, REAL and LREAL as number, BOOL as boolean, text as string. */
export type ConstantValue = bigint | number | boolean | string;

/** The low bits of `value` as `type` reads them: overflow wraps. */
export const wrap = (value: bigint, type: ElementaryType): bigint =>
  isSigned(type) ? BigInt.asIntN(type.bytes * 8, value) : BigInt.asUintN(type.bytes * 8, value);

export const fits = (value: bigint, type: ElementaryType): boolean => {
  const { low, high } = rangeOf(type);
  return low <= value && value <= high;
};

/** To nearest, ties to even (IEC 61131-3 §6.6.2.5.2). */
const roundToEven = (value: number): number => {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
};

/** Beyond the range: its nearest end; NaN: its upper end, as fcvt does. */
const saturate = (value: number, type: ElementaryType): bigint => {
  const { low, high } = rangeOf(type);
  if (Number.isNaN(value) || value >= Number(high)) return high;
  return value <= Number(low) ? low : BigInt(value);
};

const bits = new DataView(new ArrayBuffer(8));

/** As the type holds it. */
export const roundTo = (value: number, type: ElementaryType): number => (type.bytes === 4 ? Math.fround(value) : value);

/** Nearest, ties to even; by a double alone an integer of 64 bits would be rounded twice on its way to REAL. */
const realOf = (value: bigint, type: ElementaryType): number => {
  const magnitude = value < 0n ? -value : value;
  const isLong = type.bytes === 4 && magnitude >> 53n !== 0n;
  // Bits that are lost anyway come down to one that says whether they were all 0.
  const rest = isLong && (magnitude & 0x7ffn) !== 0n ? 0x800n : 0n;
  const kept = isLong ? ((magnitude >> 11n) << 11n) | rest : magnitude;
  return roundTo(Number(value < 0n ? -kept : kept), type);
};

/** Whether the bits are transferred and not the number (IEC 61131-3 table 25). */
export const transfersBits = (from: Type, to: Type): boolean =>
  (from === DWORD && to === REAL) ||
  (from === REAL && to === DWORD) ||
  (from === LWORD && to === LREAL) ||
  (from === LREAL && to === LWORD);

/** Keeps the number as far as it goes: times and dates are the counts that they are held as. */
export const convertConstant = (
  value: ConstantValue,
  from: Type,
  to: ElementaryType,
  truncate = false,
): ConstantValue => {
  if (typeof value === "string") return value;
  if (transfersBits(from, to)) return transferBits(value, from, to);
  if (to.family === "bool") return typeof value === "number" ? value !== 0 : Boolean(value);
  if (to.family === "real") return typeof value === "bigint" ? realOf(value, to) : roundTo(Number(value), to);
  if (typeof value === "number") return saturate(truncate ? Math.trunc(value) : roundToEven(value), to);
  return wrap(BigInt(value), to);
};

const transferBits = (value: ConstantValue, from: Type, to: ElementaryType): ConstantValue => {
  writeConstant(bits, 0, from, value);
  if (to.family === "real") return to.bytes === 4 ? bits.getFloat32(0, true) : bits.getFloat64(0, true);
  return to.bytes === 4 ? BigInt(bits.getUint32(0, true)) : bits.getBigUint64(0, true);
};

/** Null: it cannot be known (division by zero is for the health monitor). */
export const foldArithmetic = (
  operator: ArithmeticOperator,
  type: ElementaryType | null,
  left: ConstantValue,
  right: ConstantValue,
): ConstantValue | null => {
  if (typeof left === "boolean" && typeof right === "boolean") return foldBoolean(operator, left, right);
  if (typeof left === "number" && typeof right === "number") {
    const value = foldReal(operator, left, right);
    return value === null || type === null ? value : roundTo(value, type);
  }
  if (typeof left !== "bigint" || typeof right !== "bigint") return null;
  const value = foldInteger(operator, left, right);
  return value === null || type === null ? value : wrap(value, type);
};

const foldBoolean = (operator: ArithmeticOperator, left: boolean, right: boolean): boolean | null =>
  operator === "and" ? left && right : operator === "or" ? left || right : operator === "xor" ? left !== right : null;

/** A REAL is rounded from the double afterwards: exact for these four (Figueroa, "When is double rounding innocuous?"). */
const foldReal = (operator: ArithmeticOperator, left: number, right: number): number | null => {
  switch (operator) {
    case "add":
      return left + right;
    case "subtract":
      return left - right;
    case "multiply":
      return left * right;
    case "divide":
      return left / right;
    default:
      return null;
  }
};

const foldInteger = (operator: ArithmeticOperator, left: bigint, right: bigint): bigint | null => {
  switch (operator) {
    case "add":
      return left + right;
    case "subtract":
      return left - right;
    case "multiply":
      return left * right;
    case "divide":
      return right === 0n ? null : left / right;
    case "modulo":
      return right === 0n ? null : left % right;
    case "and":
      return left & right;
    case "or":
      return left | right;
    case "xor":
      return left ^ right;
  }
};

export const foldComparison = (operator: Comparison, left: ConstantValue, right: ConstantValue): boolean => {
  switch (operator) {
    case "equal":
      return left === right;
    case "notEqual":
      return left !== right;
    case "less":
      return left < right;
    case "lessEqual":
      return left <= right;
    case "greater":
      return left > right;
    case "greaterEqual":
      return left >= right;
  }
};

/** Writes a scalar as it lies in RAM. */
export const writeConstant = (into: DataView, offset: number, type: Type, value: ConstantValue): void => {
  const scalar = scalarOf(type);
  if (scalar === null) return;
  if (scalar.family === "real" && scalar.bytes === 4) into.setFloat32(offset, Number(value), true);
  else if (scalar.family === "real") into.setFloat64(offset, Number(value), true);
  else if (scalar.bytes === 8) into.setBigUint64(offset, BigInt.asUintN(64, BigInt(value)), true);
  else if (scalar.bytes === 1) into.setUint8(offset, Number(BigInt.asUintN(8, BigInt(value))));
  else if (scalar.bytes === 2) into.setUint16(offset, Number(BigInt.asUintN(16, BigInt(value))), true);
  else into.setUint32(offset, Number(BigInt.asUintN(32, BigInt(value))), true);
};
