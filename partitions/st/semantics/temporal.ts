/** Conversions among times, dates and times of day (IEC 61131-3 tables 26 and 27). */
import type { Span } from "../syntax/source-text.ts";
import type { CheckedExpression } from "./checked.ts";
import { computed, converted, integer } from "./computed.ts";
import { type ElementaryType, isTemporal, LINT, UDINT } from "./types.ts";

const DAY_NS = 86_400_000_000_000n;

/** Nanoseconds of one count. */
export const unitNsOf = ({ bytes, family }: ElementaryType): bigint =>
  bytes === 8 ? 1n : family === "date" || family === "dateTime" ? 1_000_000_000n : 1_000_000n;

/** What becomes of what: a moment has a date and a time of day; a time of day is a time since midnight. */
const TARGETS: Readonly<Record<string, readonly string[]>> = {
  time: ["time", "timeOfDay"],
  timeOfDay: ["timeOfDay", "time"],
  date: ["date", "dateTime"],
  dateTime: ["dateTime", "date", "timeOfDay"],
};

/** Whether `X_TO_Y` exists: numbers and bit strings convert from and to all, characters to what holds their code. */
export const convertsTo = (from: ElementaryType, to: ElementaryType): boolean => {
  if (isTemporal(from) && isTemporal(to)) return TARGETS[from.family]!.includes(to.family);
  if (from.family === "char") return to.family === "char" || holdsCode(to);
  return to.family !== "char" || holdsCode(from);
};

const holdsCode = ({ family }: ElementaryType): boolean =>
  family === "bits" || family === "signed" || family === "unsigned";

/** Of two temporal types that `convertsTo` allows. What is below the unit of `to` is cut off. */
export const convertTemporal = (
  operand: CheckedExpression,
  from: ElementaryType,
  to: ElementaryType,
  at: Span,
): CheckedExpression => {
  const unit = unitNsOf(from);
  const counter = from.bytes === 8 || to.bytes === 8 || from.family === "time" ? LINT : UDINT;
  let count = converted(operand, counter);
  if (from.family === "dateTime" && to.family !== "dateTime") {
    const sinceMidnight = remainder(count, counter, DAY_NS / unit, at);
    count = to.family === "timeOfDay" ? sinceMidnight : computed("subtract", counter, count, sinceMidnight, at);
  }
  return converted(rescaled(count, counter, unit, unitNsOf(to), at), to);
};

const rescaled = (
  count: CheckedExpression,
  counter: ElementaryType,
  from: bigint,
  to: bigint,
  at: Span,
): CheckedExpression => {
  if (from === to) return count;
  return from > to
    ? computed("multiply", counter, count, integer(counter, from / to), at)
    : computed("divide", counter, count, integer(counter, to / from), at);
};

/** From 0 on, also of a moment before 1970. */
export const remainder = (
  count: CheckedExpression,
  counter: ElementaryType,
  divisor: bigint,
  at: Span,
): CheckedExpression => {
  const by = integer(counter, divisor);
  const rest = computed("modulo", counter, count, by, at);
  if (counter === UDINT) return rest;
  return computed("modulo", counter, computed("add", counter, rest, by, at), by, at);
};
