/** Expressions: what every name means, what type everything has, what is known already (IEC 61131-3 §7.3.2). */
import type { Expression } from "../syntax/ast.ts";
import type { Span } from "../syntax/source-text.ts";
import { checkAggregate } from "./check-aggregate.ts";
import { checkCall } from "./check-call.ts";
import { checkDate, checkDuration, checkTyped } from "./check-literal.ts";
import { checkThis, selfWord } from "./check-member.ts";
import { combine, isBitwise, isComparing, refuseOperand } from "./check-operator.ts";
import { checkPlace, enumConstant } from "./check-place.ts";
import type { CheckedExpression } from "./checked.ts";
import { wrap } from "./constants.ts";
import { coerce, NOTHING, withOwnType } from "./convert.ts";
import { NULL } from "./pointers.ts";
import { lookUp, type Scope } from "./scope.ts";
import {
  BOOL,
  INTEGER_LITERAL,
  isNumber,
  REAL_LITERAL,
  STRING_LITERAL,
  scalarOf,
  type Type,
  WSTRING_LITERAL,
} from "./types.ts";

/**
 * `expected` only settles which enum a value's bare name belongs to, and of which type a function of literals is; the result may
 * have another type: see `coerce`.
 */
export const checkExpression = (
  scope: Scope,
  expression: Expression,
  expected: Type | null = null,
): CheckedExpression => {
  switch (expression.kind) {
    case "integer":
      return { kind: "constant", type: INTEGER_LITERAL, value: expression.value };
    case "real":
      return { kind: "constant", type: REAL_LITERAL, value: expression.value };
    case "boolean":
      return { kind: "constant", type: BOOL, value: expression.value };
    case "duration":
      return checkDuration(scope, expression);
    case "string":
      return { kind: "constant", type: expression.wide ? WSTRING_LITERAL : STRING_LITERAL, value: expression.value };
    case "null":
      return NULL;
    case "aggregate":
      return checkAggregate(scope, expression, expected);
    case "date":
      return checkDate(scope, expression);
    case "typed":
      return checkTyped(scope, expression);
    case "unary":
      return checkUnary(scope, expression, expected);
    case "binary":
      return checkBinary(scope, expression, expected);
    case "call":
      return checkCall(scope, expression, expected);
    case "name":
      if (selfWord(scope, expression) === "THIS") return checkThis(scope, expression);
      if (isEnable(scope, expression.name.key)) return { kind: "constant", type: BOOL, value: true };
      return checkRead(scope, expression, expected);
    case "member":
    case "direct":
    case "index":
    case "bit":
    case "part":
    case "dereference":
      return checkRead(scope, expression, expected);
  }
};

/** EN of the call in hand, which runs because it is TRUE (§6.6.1.6). */
const isEnable = (scope: Scope, key: string): boolean =>
  key === "EN" && scope.unit !== null && scope.unit.kind !== "PROGRAM" && lookUp(scope, key) === null;

/** The value as a `type`. */
export const checkAs = (
  scope: Scope,
  expression: Expression,
  type: Type,
  spelling: string | null = null,
): CheckedExpression => coerce(scope, checkExpression(scope, expression, type), type, expression.at, spelling);

const checkRead = (scope: Scope, expression: Expression, expected: Type | null): CheckedExpression => {
  const found = enumConstant(scope, expression, expected);
  if (found !== null) return found;
  const place = checkPlace(scope, expression);
  if (place === null) return NOTHING;
  if (place.kind === "temporary") return place.value;
  const type = place.type.kind === "subrange" ? place.type.base : place.type;
  if (place.kind === "variable" && place.variable.constant !== null) {
    return { kind: "constant", type, value: place.variable.constant };
  }
  return { kind: "read", type, place };
};

const checkUnary = (
  scope: Scope,
  expression: Extract<Expression, { kind: "unary" }>,
  expected: Type | null,
): CheckedExpression => {
  const { operator, at } = expression;
  const operand = checkExpression(scope, expression.operand, expected);
  if (operand.type.kind === "unknown") return NOTHING;
  if (operator === "NOT") return checkNot(scope, operand, at);
  if (operand.type.kind === "literal" && operand.kind === "constant" && typeof operand.value !== "string") {
    const value =
      operator === "+" ? operand.value : typeof operand.value === "number" ? -operand.value : -BigInt(operand.value);
    return { ...operand, value };
  }
  const type = scalarOf(operand.type);
  if (type === null || !(isNumber(type) || type.family === "time"))
    return refuseOperand(scope, operator, operand.type, at, "numbers and times");
  if (operator === "+") return operand;
  if (operand.kind === "constant") {
    const value = typeof operand.value === "number" ? -operand.value : wrap(-BigInt(operand.value as bigint), type);
    return { kind: "constant", type, value };
  }
  return { kind: "unary", type, operator: "negate", operand };
};

const checkNot = (scope: Scope, value: CheckedExpression, at: Span): CheckedExpression => {
  const operand = withOwnType(scope, value, at);
  const type = scalarOf(operand.type);
  if (type === null || !isBitwise(type)) return refuseOperand(scope, "NOT", operand.type, at, "BOOL and bit strings");
  if (operand.kind !== "constant") return { kind: "unary", type, operator: "not", operand };
  const inverse = type.family === "bool" ? !operand.value : wrap(~BigInt(operand.value as bigint), type);
  return { kind: "constant", type, value: inverse };
};

const checkBinary = (
  scope: Scope,
  expression: Extract<Expression, { kind: "binary" }>,
  expected: Type | null,
): CheckedExpression => {
  const { operator, at } = expression;
  const isComparison = isComparing(operator);
  const hintType = isComparison ? null : expected;
  let left = checkExpression(scope, expression.left, hintType);
  const right = checkExpression(scope, expression.right, left.type.kind === "enum" ? left.type : hintType);
  if (isComparison && right.type.kind === "enum" && left.type.kind === "enum" && left.type !== right.type) {
    left = checkExpression(scope, expression.left, right.type);
  }
  if (left.type.kind === "unknown" || right.type.kind === "unknown") return NOTHING;
  return combine(
    scope,
    operator,
    { value: left, at: expression.left.at },
    { value: right, at: expression.right.at },
    at,
  );
};
