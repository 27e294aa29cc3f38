/** Functions that are built in, of constants: what the board would compute. */
import type { CheckedExpression, Intrinsic } from "./checked.ts";
import { type ConstantValue, roundTo, wrap } from "./constants.ts";
import { scalarOf, type Type } from "./types.ts";

/** Null: something in it is not known. */
export const foldIntrinsic = (
  name: Intrinsic,
  type: Type,
  operands: readonly CheckedExpression[],
): CheckedExpression | null => {
  const values = operands.flatMap((operand) => (operand.kind === "constant" ? [operand.value] : []));
  if (values.length !== operands.length || values.some((value) => Number.isNaN(value))) return null;
  const value = fold(name, type, values);
  return value === null ? null : { kind: "constant", type, value };
};

const fold = (name: Intrinsic, type: Type, values: readonly ConstantValue[]): ConstantValue | null => {
  const [first, second, third] = values as [ConstantValue, ConstantValue, ConstantValue];
  switch (name) {
    case "absolute":
      return absolute(type, first);
    case "squareRoot":
      return typeof first === "number" && first >= 0 ? roundTo(Math.sqrt(first), scalarOf(type)!) : null;
    case "minimum":
      return lesser(first, second);
    case "maximum":
      return greater(first, second);
    case "limit":
      return lesser(greater(second, first), third);
    case "select":
      return first === true ? third : second;
    case "multiplex": {
      const inputs = values.slice(1);
      return inputs[Math.min(Math.max(Number(first), 0), inputs.length - 1)]!;
    }
    default:
      return null;
  }
};

const absolute = (type: Type, value: ConstantValue): ConstantValue | null => {
  if (typeof value === "number") return Math.abs(value);
  return typeof value === "bigint" ? wrap(value < 0n ? -value : value, scalarOf(type)!) : null;
};

/** Of the zeros, -0 is the lesser (RISC-V Unprivileged §11.6). */
const isLess = (a: ConstantValue, b: ConstantValue): boolean => a < b || (Object.is(a, -0) && Object.is(b, 0));
const lesser = (a: ConstantValue, b: ConstantValue): ConstantValue => (isLess(b, a) ? b : a);
const greater = (a: ConstantValue, b: ConstantValue): ConstantValue => (isLess(a, b) ? b : a);
