/** Arithmetic with times, dates and times of day (IEC 61131-3 table 35). */
import type { Span } from "../syntax/source-text.ts";
import { dividesByZero, type Operand } from "./check-operator.ts";
import type { ArithmeticOperator, CheckedExpression } from "./checked.ts";
import { computed, converted, integer, limited } from "./computed.ts";
import { convertTo, NOTHING, withOwnType } from "./convert.ts";
import type { Scope } from "./scope.ts";
import { remainder, unitNsOf } from "./temporal.ts";
import {
  DINT,
  DT,
  type ElementaryType,
  type Family,
  isNumber,
  isTemporal,
  LDATE,
  LDT,
  LINT,
  LREAL,
  LTIME,
  LTOD,
  REAL_LITERAL,
  rangeOf,
  scalarOf,
  TIME,
  TOD,
  UDINT,
} from "./types.ts";

const DAY_NS = 86_400_000_000_000n;
const LONG: Readonly<Partial<Record<Family, ElementaryType>>> = {
  time: LTIME,
  date: LDATE,
  timeOfDay: LTOD,
  dateTime: LDT,
};

/** Null: not what the table has. */
export const temporalArithmetic = (
  scope: Scope,
  operation: ArithmeticOperator,
  left: Operand,
  right: Operand,
  at: Span,
): CheckedExpression | null => {
  const [a, b] = [scalarOf(left.value.type), scalarOf(right.value.type)];
  const [first, second] = [a !== null && isTemporal(a) ? a : null, b !== null && isTemporal(b) ? b : null];
  if (first !== null && second !== null) {
    if (operation !== "add" && operation !== "subtract") return null;
    return addOrSubtract(operation, left, first, right, second, at);
  }
  if (operation !== "multiply" && operation !== "divide") return null;
  if (first?.family === "time") return scaled(scope, operation, left, first, right, at);
  if (second?.family === "time" && operation === "multiply") return scaled(scope, operation, right, second, left, at);
  return null;
};

const addOrSubtract = (
  operation: "add" | "subtract",
  left: Operand,
  first: ElementaryType,
  right: Operand,
  second: ElementaryType,
  at: Span,
): CheckedExpression | null => {
  const isDifference = operation === "subtract" && first.family === second.family;
  const isShift = second.family === "time" && first.family !== "date";
  if (!isDifference && !isShift) return null;
  const isLong = first.bytes === 8 || second.bytes === 8;
  const [of, by] = isLong ? [LONG[first.family]!, LONG[second.family]!] : [first, second];
  const a = convertTo(left.value, of, left.at);
  const b = convertTo(right.value, by, right.at);
  if (of.family === "time") return computed(operation, of, a, b, at);
  return isDifference ? difference(of, a, b, at) : shifted(operation, of, a, b, at);
};

/** One that TIME cannot hold is its nearest end. */
const difference = (of: ElementaryType, a: CheckedExpression, b: CheckedExpression, at: Span): CheckedExpression => {
  const counts = computed("subtract", LINT, converted(a, LINT), converted(b, LINT), at);
  if (of.bytes === 8) return converted(counts, LTIME);
  if (of === TOD) return converted(counts, TIME);
  const { low, high } = rangeOf(TIME);
  const milliseconds = computed("multiply", LINT, counts, integer(LINT, 1000n), at);
  return converted(limited(LINT, milliseconds, low, high, at), TIME);
};

/** A time of day goes round at midnight; of a DT the milliseconds of the TIME are cut off. */
const shifted = (
  operation: "add" | "subtract",
  of: ElementaryType,
  a: CheckedExpression,
  b: CheckedExpression,
  at: Span,
): CheckedExpression => {
  if (of === DT) {
    const seconds = computed("divide", DINT, converted(b, DINT), integer(DINT, 1000n), at);
    return converted(computed(operation, UDINT, converted(a, UDINT), converted(seconds, UDINT), at), DT);
  }
  const counter = of.bytes === 8 ? LINT : DINT;
  if (of === LDT) return converted(computed(operation, LINT, converted(a, LINT), converted(b, LINT), at), LDT);
  const day = DAY_NS / unitNsOf(of);
  const turn = computed("modulo", counter, converted(b, counter), integer(counter, day), at);
  return converted(remainder(computed(operation, counter, converted(a, counter), turn, at), counter, day, at), of);
};

/** TIME * number and TIME / number. By a real number it is computed in LREAL and rounded to nearest. */
const scaled = (
  scope: Scope,
  operation: "multiply" | "divide",
  time: Operand,
  type: ElementaryType,
  by: Operand,
  at: Span,
): CheckedExpression | null => {
  const factor = by.value.type === REAL_LITERAL ? converted(by.value, LREAL) : withOwnType(scope, by.value, by.at);
  if (factor.type.kind === "unknown") return NOTHING;
  const number = scalarOf(factor.type);
  if (number === null || !isNumber(number)) return null;
  if (time.value.kind === "constant" && dividesByZero(scope, operation, factor, by.at)) return NOTHING;
  const isLong = type.bytes === 8 || number.bytes === 8 || number === UDINT;
  const counter = number.family === "real" ? LREAL : isLong ? LINT : DINT;
  return converted(computed(operation, counter, converted(time.value, counter), converted(factor, counter), at), type);
};
