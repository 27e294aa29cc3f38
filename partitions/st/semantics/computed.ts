/** Conversions and arithmetic that the compiler itself puts into the checked tree: constants where their operands are. */
import type { Span } from "../syntax/source-text.ts";
import type { ArithmeticOperator, CheckedExpression } from "./checked.ts";
import { convertConstant, foldArithmetic } from "./constants.ts";
import type { ElementaryType } from "./types.ts";

/** The number as far as `type` holds it; of a time or date its count. */
export const converted = (operand: CheckedExpression, type: ElementaryType, truncate = false): CheckedExpression => {
  if (operand.type === type) return operand;
  if (operand.kind === "constant")
    return { kind: "constant", type, value: convertConstant(operand.value, operand.type, type, truncate) };
  return { kind: "convert", type, operand, truncate };
};

/** Both operands have `type`. */
export const computed = (
  operator: ArithmeticOperator,
  type: ElementaryType,
  left: CheckedExpression,
  right: CheckedExpression,
  at: Span,
): CheckedExpression => {
  if (left.kind === "constant" && right.kind === "constant") {
    const value = foldArithmetic(operator, type, left.value, right.value);
    if (value !== null) return { kind: "constant", type, value };
  }
  return { kind: "arithmetic", type, at, operator, left, right };
};

export const integer = (type: ElementaryType, value: bigint): CheckedExpression => ({ kind: "constant", type, value });

/** Not below `low`, not above `high`. */
export const limited = (
  type: ElementaryType,
  operand: CheckedExpression,
  low: bigint,
  high: bigint,
  at: Span,
): CheckedExpression => {
  if (operand.kind !== "constant" || typeof operand.value !== "bigint")
    return {
      kind: "intrinsic",
      type,
      at,
      intrinsic: "limit",
      operands: [integer(type, low), operand, integer(type, high)],
    };
  return integer(type, operand.value < low ? low : operand.value > high ? high : operand.value);
};
