/** Expressions: what every name means, what type everything has, what is known already (IEC 61131-3 §7.3.2). */
import type { BinaryOperator, Expression } from "../syntax/ast.ts";
import type { Span } from "../syntax/source-text.ts";
import { checkCall } from "./check-call.ts";
import { checkPlace, enumConstant } from "./check-place.ts";
import type { ArithmeticOperator, CheckedExpression, Comparison } from "./checked.ts";
import { fits, foldArithmetic, foldComparison, wrap } from "./constants.ts";
import { coerce, convertTo, NOTHING, withOwnType } from "./convert.ts";
import { checkParts, imageOf } from "./initial-values.ts";
import { comparePointers, isReference, NULL, pointerArithmetic } from "./pointers.ts";
import type { Scope } from "./scope.ts";
import {
  BOOL,
  commonType,
  type ElementaryType,
  elementaryNamed,
  INTEGER_LITERAL,
  nameOf,
  REAL,
  REAL_LITERAL,
  STRING_LITERAL,
  sameType,
  scalarOf,
  TIME,
  type Type,
} from "./types.ts";

const ARITHMETIC: Readonly<Partial<Record<BinaryOperator, ArithmeticOperator>>> = {
  "+": "add",
  "-": "subtract",
  "*": "multiply",
  "/": "divide",
  MOD: "modulo",
  AND: "and",
  OR: "or",
  XOR: "xor",
};
const COMPARISONS: Readonly<Partial<Record<BinaryOperator, Comparison>>> = {
  "=": "equal",
  "<>": "notEqual",
  "<": "less",
  "<=": "lessEqual",
  ">": "greater",
  ">=": "greaterEqual",
};

/** `expected` only settles which enum a value's bare name belongs to; the result may have another type: see `coerce`. */
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
      return { kind: "constant", type: STRING_LITERAL, value: expression.value };
    case "null":
      return NULL;
    case "aggregate":
      return checkAggregate(scope, expression, expected);
    case "date":
      scope.world.problems.error(expression.at, "not-supported", "dates are not supported yet");
      return NOTHING;
    case "typed":
      return checkTyped(scope, expression);
    case "unary":
      return checkUnary(scope, expression, expected);
    case "binary":
      return checkBinary(scope, expression, expected);
    case "call":
      return checkCall(scope, expression);
    case "name":
    case "member":
    case "direct":
    case "index":
    case "bit":
    case "part":
    case "dereference":
      return checkRead(scope, expression, expected);
  }
};

/** The value as a `type`. */
export const checkAs = (scope: Scope, expression: Expression, type: Type): CheckedExpression =>
  coerce(scope, checkExpression(scope, expression, type), type, expression.at);

const checkRead = (scope: Scope, expression: Expression, expected: Type | null): CheckedExpression => {
  const found = enumConstant(scope, expression, expected);
  if (found !== null) return found;
  const place = checkPlace(scope, expression);
  if (place === null) return NOTHING;
  if (place.kind === "variable" && place.variable.constant !== null) {
    return { kind: "constant", type: place.type, value: place.variable.constant };
  }
  return { kind: "read", type: place.type, place };
};

const checkAggregate = (
  scope: Scope,
  { at, initializer }: Extract<Expression, { kind: "aggregate" }>,
  expected: Type | null,
): CheckedExpression => {
  if (expected?.kind === "array" || expected?.kind === "struct")
    return checkParts(scope, initializer, expected, imageOf(expected));
  if (expected?.kind !== "unknown") {
    const what = initializer.kind === "list" ? "a list of values" : "a list of members";
    const message = expected === null ? `${what} has no type here` : `expected ${nameOf(expected)}, found ${what}`;
    scope.world.problems.error(at, "type-mismatch", message, "assign it to a variable of an array or struct type");
  }
  return NOTHING;
};

const checkDuration = (
  scope: Scope,
  { at, nanoseconds, prefix }: Extract<Expression, { kind: "duration" }>,
): CheckedExpression => {
  if (prefix.startsWith("L")) {
    scope.world.problems.error(
      at,
      "not-supported",
      "LTIME is not supported yet",
      "use TIME, which counts milliseconds",
    );
    return NOTHING;
  }
  const value = nanoseconds / 1_000_000n;
  if (!fits(value, TIME)) {
    scope.world.problems.error(
      at,
      "value-out-of-range",
      "this duration does not fit into TIME",
      "TIME holds up to 24d20h31m23s647ms",
    );
    return NOTHING;
  }
  return { kind: "constant", type: TIME, value };
};

/** `INT#5`, `WORD#16#FF`, `Color#Red`. A bit pattern may fill a signed type: `INT#16#FFFF` is −1. */
const checkTyped = (scope: Scope, expression: Extract<Expression, { kind: "typed" }>): CheckedExpression => {
  const { type: prefix, value, at } = expression;
  const type = scope.world.type(prefix);
  if (type === null) return NOTHING;
  if (type.kind === "enum" && value.kind === "name") {
    return (
      enumConstant(
        scope,
        { kind: "member", at, base: { kind: "name", at: prefix.at, name: prefix }, member: value.name },
        type,
      ) ?? NOTHING
    );
  }
  const elementary = elementaryNamed(prefix.key);
  if (elementary === null) {
    scope.world.problems.error(at, "bad-literal", `${prefix.text}# needs a value of ${prefix.text} behind it`);
    return NOTHING;
  }
  if (value.kind === "integer" && elementary.family === "signed" && isPattern(value, elementary)) {
    return { kind: "constant", type: elementary, value: wrap(value.value, elementary) };
  }
  return checkAs(scope, value, elementary);
};

const isPattern = ({ at, value }: { readonly at: Span; readonly value: bigint }, type: ElementaryType): boolean =>
  at.source.text.slice(at.start, at.end).includes("#") && value < 1n << BigInt(type.bytes * 8);

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
  if (type === null || type.family === "bool" || type.family === "bits")
    return refuseOperand(scope, operator, operand.type, at, "numbers");
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
  if (type === null || type.family === "real" || type.family === "time")
    return refuseOperand(scope, "NOT", operand.type, at, "BOOL and bit strings");
  if (operand.kind !== "constant") return { kind: "unary", type, operator: "not", operand };
  const inverse = type.family === "bool" ? !operand.value : wrap(~BigInt(operand.value as bigint), type);
  return { kind: "constant", type, value: inverse };
};

const refuseOperand = (scope: Scope, operator: string, type: Type, at: Span, wants: string): CheckedExpression => {
  if (type.kind !== "unknown") {
    const hint =
      type.kind === "elementary" && type.family === "bits" ? `convert it first: ${type.name}_TO_UDINT(…)` : "";
    scope.world.problems.error(at, "operand-type", `${operator} takes ${wants}, not ${nameOf(type)}`, hint);
  }
  return NOTHING;
};

const checkBinary = (
  scope: Scope,
  expression: Extract<Expression, { kind: "binary" }>,
  expected: Type | null,
): CheckedExpression => {
  const { operator, at } = expression;
  const isComparison = COMPARISONS[operator] !== undefined;
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

export interface Operand {
  readonly value: CheckedExpression;
  readonly at: Span;
}

/** `left operator right`; also behind ADD(…), GT(…). */
export const combine = (
  scope: Scope,
  operator: BinaryOperator,
  left: Operand,
  right: Operand,
  at: Span,
): CheckedExpression => {
  if (operator === "**") return checkPower(scope, left, right);
  const comparison = COMPARISONS[operator];
  if (comparison !== undefined) return compare(scope, comparison, operator, left, right, at);
  if (operator === "AND_THEN" || operator === "OR_ELSE") {
    const a = coerce(scope, left.value, BOOL, left.at);
    return logic(operator === "AND_THEN" ? "and" : "or", a, coerce(scope, right.value, BOOL, right.at));
  }
  return arithmetic(scope, ARITHMETIC[operator]!, operator, left, right, at);
};

const logic = (operator: "and" | "or", left: CheckedExpression, right: CheckedExpression): CheckedExpression => {
  if (left.type.kind === "unknown" || right.type.kind === "unknown") return NOTHING;
  if (left.kind === "constant") return left.value === (operator === "and") ? right : left;
  return { kind: "logic", type: BOOL, operator, left, right };
};

const checkPower = (scope: Scope, left: Operand, right: Operand): CheckedExpression => {
  const power = scope.world.unit("EXPT");
  const base = coerce(scope, left.value, REAL, left.at);
  const exponent = coerce(scope, right.value, REAL, right.at);
  if (power === null || base === NOTHING || exponent === NOTHING) return NOTHING;
  scope.unit?.calls.add(power);
  const values = [base, exponent];
  return {
    kind: "call",
    type: REAL,
    unit: power,
    arguments: power.variables
      .filter(({ section }) => section === "input")
      .map((variable, i) => ({ kind: "value", variable, value: values[i]! })),
  };
};

/** Both operands in the smallest type that holds both; null: there is none, and it was said. */
const unify = (
  scope: Scope,
  operator: string,
  left: Operand,
  right: Operand,
  at: Span,
): readonly [CheckedExpression, CheckedExpression, ElementaryType] | null => {
  const a = adapt(scope, left, right);
  const b = adapt(scope, right, left);
  const from = scalarOf(a.type);
  const to = scalarOf(b.type);
  if (a.type.kind === "unknown" || b.type.kind === "unknown") return null;
  const type = from === null || to === null ? null : commonType(from, to);
  if (type === null) {
    const hint =
      from !== null && to !== null
        ? `convert one of them: ${from.name}_TO_${to.name}(…) or ${to.name}_TO_${from.name}(…)`
        : "";
    scope.world.problems.error(
      at,
      "operand-type",
      `${operator} cannot combine ${nameOf(a.type)} and ${nameOf(b.type)}`,
      hint,
    );
    return null;
  }
  return [coerce(scope, a, type, left.at), coerce(scope, b, type, right.at), type];
};

/** A literal takes the other operand's type when it fits, else its own. */
const adapt = (scope: Scope, operand: Operand, other: Operand): CheckedExpression => {
  const { value, at } = operand;
  if (value.type.kind !== "literal" || value.kind !== "constant") return value;
  const type = scalarOf(other.value.type);
  if (type === null || type.family === "time") return withOwnType(scope, value, at);
  if (type.family === "real") return convertTo(value, type);
  if (typeof value.value === "bigint" && fits(value.value, type)) return coerce(scope, value, type, at);
  return withOwnType(scope, value, at);
};

const arithmetic = (
  scope: Scope,
  operation: ArithmeticOperator,
  operator: string,
  left: Operand,
  right: Operand,
  at: Span,
): CheckedExpression => {
  const folded = foldLiterals(operation, left.value, right.value);
  if (folded !== null) return folded;
  if (operator === "+" || operator === "-") {
    const pointer = pointerArithmetic(scope, operator, left, right, at);
    if (pointer !== null) return pointer;
  }
  const strict = [left.value.type, right.value.type].find(isReference);
  if (strict !== undefined) return refuseOperand(scope, operator, strict, at, "numbers");
  const scaled = scaleTime(scope, operation, left, right, at);
  if (scaled !== null) return scaled;
  const operands = unify(scope, operator, left, right, at);
  if (operands === null) return NOTHING;
  const [a, b, type] = operands;
  const bitwise = operation === "and" || operation === "or" || operation === "xor";
  const { family } = type;
  const allowed = bitwise
    ? family !== "real" && family !== "time"
    : family === "real"
      ? operation !== "modulo"
      : family === "time"
        ? operation === "add" || operation === "subtract"
        : family !== "bool" && family !== "bits";
  if (!allowed)
    return refuseOperand(
      scope,
      operator,
      type,
      at,
      bitwise ? "BOOL and bit strings" : operation === "modulo" ? "integers" : "numbers",
    );
  if (a.kind === "constant" && b.kind === "constant") {
    if ((operation === "divide" || operation === "modulo") && b.value === 0n) {
      scope.world.problems.error(right.at, "division-by-zero", "this divides by zero");
      return NOTHING;
    }
    const value = foldArithmetic(operation, type, a.value, b.value);
    if (value !== null) return { kind: "constant", type, value };
  }
  if (type === BOOL && operation !== "xor") return logic(operation === "and" ? "and" : "or", a, b);
  return { kind: "arithmetic", type, at, operator: operation, left: a, right: b };
};

/** Literals among themselves are exact. */
const foldLiterals = (
  operation: ArithmeticOperator,
  a: CheckedExpression,
  b: CheckedExpression,
): CheckedExpression | null => {
  if (a.kind !== "constant" || b.kind !== "constant" || a.type.kind !== "literal" || b.type.kind !== "literal")
    return null;
  if (typeof a.value === "string" || typeof b.value === "string") return null;
  const real = a.type === REAL_LITERAL || b.type === REAL_LITERAL;
  const [left, right] = real ? [Number(a.value), Number(b.value)] : [a.value, b.value];
  const value = foldArithmetic(operation, null, left, right);
  return value === null ? null : { kind: "constant", type: real ? REAL_LITERAL : INTEGER_LITERAL, value };
};

/** TIME * number and TIME / number (IEC 61131-3 table 35); null: something else. */
const scaleTime = (
  scope: Scope,
  operation: ArithmeticOperator,
  left: Operand,
  right: Operand,
  at: Span,
): CheckedExpression | null => {
  if (operation !== "multiply" && operation !== "divide") return null;
  if (right.value.type === TIME && operation === "multiply" && left.value.type !== TIME)
    return scaleTime(scope, operation, right, left, at);
  if (left.value.type !== TIME || right.value.type === TIME) return null;
  const factor = withOwnType(scope, right.value, right.at);
  const type = scalarOf(factor.type);
  if (type === null || (type.family !== "real" && type.family !== "signed" && type.family !== "unsigned")) return null;
  if (type.family === "real") {
    const milliseconds = convertTo(left.value, REAL);
    const product: CheckedExpression = {
      kind: "arithmetic",
      type: REAL,
      at,
      operator: operation,
      left: milliseconds,
      right: factor,
    };
    return convertTo(product, TIME);
  }
  return { kind: "arithmetic", type: TIME, at, operator: operation, left: left.value, right: convertTo(factor, TIME) };
};

const compare = (
  scope: Scope,
  operator: Comparison,
  text: string,
  left: Operand,
  right: Operand,
  at: Span,
): CheckedExpression => {
  const a = left.value;
  const b = right.value;
  if (a.type.kind === "enum" && sameType(a.type, b.type))
    return { kind: "compare", type: BOOL, operator, left: a, right: b };
  if (a.type.kind === "enum" && b.type.kind === "enum") {
    scope.world.problems.error(at, "operand-type", `${text} cannot compare ${nameOf(a.type)} with ${nameOf(b.type)}`);
    return NOTHING;
  }
  const pointers = comparePointers(operator, left, right);
  if (pointers !== null) return pointers;
  const operands = unify(scope, text, left, right, at);
  if (operands === null) return NOTHING;
  const [x, y] = operands;
  if (x.kind === "constant" && y.kind === "constant") {
    return { kind: "constant", type: BOOL, value: foldComparison(operator, x.value, y.value) };
  }
  return { kind: "compare", type: BOOL, operator, left: x, right: y };
};
