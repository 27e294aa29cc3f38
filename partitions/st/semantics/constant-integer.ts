/** Integers that must be known when the program is compiled: bounds, lengths, values of enums, labels, counts (IEC 61131-3 §6.5.1.3). */
import type { Expression } from "../syntax/ast.ts";
import { checkExpression } from "./check-expression.ts";
import type { CheckedExpression } from "./checked.ts";
import { fits } from "./constants.ts";
import { coerce } from "./convert.ts";
import type { Scope } from "./scope.ts";
import { DINT, type ElementaryType, type EnumType, isInteger } from "./types.ts";

/** The value of the expression; null when it is not known, and that was said. A constant of any integer type will do whose value fits. */
export const constantInteger = (
  scope: Scope,
  expression: Expression,
  type: ElementaryType | EnumType = DINT,
): bigint | null => {
  const checked = checkExpression(scope, expression, type);
  const known = type.kind === "elementary" ? knownInteger(checked) : null;
  if (known !== null && type.kind === "elementary" && fits(known, type)) return known;
  const value = coerce(scope, checked, type, expression.at);
  if (value.type.kind === "unknown") return null;
  if (value.kind === "constant" && typeof value.value === "bigint") return value.value;
  scope.world.problems.error(
    expression.at,
    "not-constant",
    "this must be known when the program is compiled",
    "use a literal or a CONSTANT",
  );
  return null;
};

/** Of a CONSTANT of an integer type or a subrange of one, and of a value of an enum. */
const knownInteger = (value: CheckedExpression): bigint | null => {
  const { type } = value;
  const counts = isInteger(type) || type.kind === "subrange" || type.kind === "enum";
  return counts && value.kind === "constant" && typeof value.value === "bigint" ? value.value : null;
};
