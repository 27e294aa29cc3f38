/** Operators between two operands: what they take, what they give (IEC 61131-3 §6.6.2.5, §7.3.2). */
import type { BinaryOperator } from "../syntax/ast.ts";
import type { Span } from "../syntax/source-text.ts";
import type { ArithmeticOperator, CheckedExpression, Comparison } from "./checked.ts";
import { computed, converted } from "./computed.ts";
import { fits, foldArithmetic, foldComparison } from "./constants.ts";
import { coerce, EXAMPLES, isWithin, NOTHING, withOwnType } from "./convert.ts";
import { libraryCall, realTypeOf } from "./library-call.ts";
import { comparePointers, isReference, pointerArithmetic } from "./pointers.ts";
import type { Scope } from "./scope.ts";
import { compareTexts } from "./strings.ts";
import { convertsTo } from "./temporal.ts";
import { temporalArithmetic } from "./temporal-arithmetic.ts";
import {
  BOOL,
  commonType,
  type ElementaryType,
  INTEGER_LITERAL,
  isNumber,
  isTemporal,
  nameOf,
  REAL_LITERAL,
  sameType,
  scalarOf,
  type Type,
} from "./types.ts";

export interface Operand {
  readonly value: CheckedExpression;
  readonly at: Span;
}

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

export const isComparing = (operator: BinaryOperator): boolean => COMPARISONS[operator] !== undefined;

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

/** The base decides whether the power is REAL or LREAL, unless the exponent is LREAL; also behind EXPT(…). */
export const checkPower = (scope: Scope, left: Operand, right: Operand, expected: Type | null = null) => {
  const type = realTypeOf([left, right], expected);
  const values = [left, right].map(({ value, at }) => coerce(scope, value, type, at));
  return libraryCall(scope, `EXPT_${type.name}`, values);
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
    const hint = from === null || to === null ? "" : combinationHint(operator, from, to, [left, right]);
    const message = `${operator} cannot combine ${nameOf(a.type)} and ${nameOf(b.type)}`;
    scope.world.problems.error(at, "operand-type", message, hint);
    return null;
  }
  return [coerce(scope, a, type, left.at), coerce(scope, b, type, right.at), type];
};

const combinationHint = (
  operator: string,
  from: ElementaryType,
  to: ElementaryType,
  operands: readonly Operand[],
): string => {
  const temporal = [from, to].find(isTemporal);
  if (temporal !== undefined && operands.some(({ value }) => value.type.kind === "literal")) {
    if (operator === "*" || operator === "/") return "";
    return EXAMPLES[operator === "+" || operator === "-" ? "time" : temporal.family] ?? "";
  }
  const families = [from.family, to.family].sort().join();
  if (families === "date,timeOfDay") return "CONCAT_DATE_TOD(…) makes a DT of them";
  if (families === "date,time") return "a DATE is a whole day: convert it first, DATE_TO_DT(…)";
  return convertsTo(from, to) && isTemporal(from) === isTemporal(to)
    ? `convert one of them: ${from.name}_TO_${to.name}(…) or ${to.name}_TO_${from.name}(…)`
    : "";
};

/** A literal takes the other operand's type when it fits, else its own. */
const adapt = (scope: Scope, operand: Operand, other: Operand): CheckedExpression => {
  const { value, at } = operand;
  if (value.type.kind !== "literal" || value.kind !== "constant") return value;
  const type = scalarOf(other.value.type);
  if (type === null || isTemporal(type)) return withOwnType(scope, value, at);
  if (typeof value.value === "string") return type.family === "char" ? coerce(scope, value, type, at) : value;
  if (type.family === "real" && isWithin(value, type)) return converted(value, type);
  if (type.family === "char") return withOwnType(scope, value, at);
  if (typeof value.value === "bigint" && fits(value.value, type)) return coerce(scope, value, type, at);
  return withOwnType(scope, value, at);
};

/** Whether AND, OR, XOR and NOT work on it. */
export const isBitwise = ({ family }: ElementaryType): boolean =>
  family === "bool" || family === "bits" || family === "signed" || family === "unsigned";

const isAllowed = (operation: ArithmeticOperator, type: ElementaryType): boolean => {
  if (operation === "and" || operation === "or" || operation === "xor") return isBitwise(type);
  return (isNumber(type) && !(operation === "modulo" && type.family === "real")) || type.family === "bits";
};

const WANTED: Readonly<Record<ArithmeticOperator, string>> = {
  add: "numbers",
  subtract: "numbers",
  multiply: "numbers",
  divide: "numbers",
  modulo: "integers",
  and: "BOOL and bit strings",
  or: "BOOL and bit strings",
  xor: "BOOL and bit strings",
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
  const timed = temporalArithmetic(scope, operation, left, right, at);
  if (timed !== null) return timed;
  const operands = unify(scope, operator, left, right, at);
  if (operands === null) return NOTHING;
  const [a, b, type] = operands;
  if (a.type.kind === "unknown" || b.type.kind === "unknown") return NOTHING;
  if (!isAllowed(operation, type)) return refuseOperand(scope, operator, type, at, WANTED[operation]);
  if (a.kind === "constant" && b.kind === "constant" && dividesByZero(scope, operation, b, right.at)) return NOTHING;
  if (type === BOOL && operation !== "xor" && !(a.kind === "constant" && b.kind === "constant"))
    return logic(operation === "and" ? "and" : "or", a, b);
  return computed(operation, type, a, b, at);
};

/** Known to; reported. */
export const dividesByZero = (
  { world }: Scope,
  operation: ArithmeticOperator,
  divisor: CheckedExpression,
  at: Span,
): boolean => {
  const isZero = divisor.kind === "constant" && divisor.value === 0n;
  if (!isZero || (operation !== "divide" && operation !== "modulo")) return false;
  world.problems.error(at, "division-by-zero", "this divides by zero");
  return true;
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
    return { kind: "compare", type: BOOL, at, operator, left: a, right: b };
  if (a.type.kind === "enum" && b.type.kind === "enum") {
    scope.world.problems.error(at, "operand-type", `${text} cannot compare ${nameOf(a.type)} with ${nameOf(b.type)}`);
    return NOTHING;
  }
  const texts = compareTexts(scope, operator, left, right);
  if (texts !== null) return texts;
  const pointers = comparePointers(operator, left, right);
  if (pointers !== null) return pointers;
  const operands = unify(scope, text, left, right, at);
  if (operands === null) return NOTHING;
  const [x, y] = operands;
  if (x.kind === "constant" && y.kind === "constant") {
    return { kind: "constant", type: BOOL, value: foldComparison(operator, x.value, y.value) };
  }
  return { kind: "compare", type: BOOL, at, operator, left: x, right: y };
};

export const refuseOperand = (
  scope: Scope,
  operator: string,
  type: Type,
  at: Span,
  wants: string,
): CheckedExpression => {
  if (type.kind !== "unknown") {
    const hint =
      type.kind === "elementary" && type.family === "bits" ? `convert it first: ${type.name}_TO_UDINT(…)` : "";
    scope.world.problems.error(at, "operand-type", `${operator} takes ${wants}, not ${nameOf(type)}`, hint);
  }
  return NOTHING;
};
