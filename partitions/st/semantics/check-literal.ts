/** Literals of times, dates and those with a type in front (IEC 61131-3 §6.3). */
import type { Expression } from "../syntax/ast.ts";
import type { Span } from "../syntax/source-text.ts";
import { checkAs, checkExpression } from "./check-expression.ts";
import { enumConstant } from "./check-place.ts";
import type { CheckedExpression } from "./checked.ts";
import { fits, wrap } from "./constants.ts";
import { NOTHING } from "./convert.ts";
import type { Scope } from "./scope.ts";
import { unitNsOf } from "./temporal.ts";
import { type ElementaryType, elementaryNamed, LTIME, TIME } from "./types.ts";

type Literal<Kind extends Expression["kind"]> = Extract<Expression, { kind: Kind }>;

export const checkDuration = (scope: Scope, { at, nanoseconds, prefix }: Literal<"duration">): CheckedExpression => {
  const { problems } = scope.world;
  const type = prefix.startsWith("L") ? LTIME : TIME;
  const value = nanoseconds / unitNsOf(type);
  if (!fits(value, type)) {
    const hint =
      type === TIME
        ? "TIME holds up to 24d20h31m23s647ms; LTIME, as in LT#30d, holds more"
        : "LTIME holds up to 106751d";
    problems.error(at, "value-out-of-range", `this duration does not fit into ${type.name}`, hint);
    return NOTHING;
  }
  if (type === TIME && nanoseconds % unitNsOf(TIME) !== 0n) {
    const message = "TIME counts whole milliseconds: the rest of this duration is cut off";
    problems.warning(at, "implicit-narrowing", message, "LTIME counts nanoseconds: write LT# before it");
  }
  return { kind: "constant", type, value };
};

/** Short names of the types behind the prefixes `D#`, `LD#`. */
const PREFIXES: Readonly<Record<string, string>> = { D: "DATE", LD: "LDATE" };

const SHAPES = {
  date: { pattern: /^(\d+)-(\d+)-(\d+)$/, example: "2024-02-29" },
  timeOfDay: { pattern: /^(\d+):(\d+)(?::(\d+)(?:\.(\d+))?)?$/, example: "12:34:56.789" },
  dateTime: { pattern: /^(\d+-\d+-\d+)-(\d+:\d+.*)$/, example: "2024-02-29-12:34:56" },
} as const;

/** `D#2024-02-29`, `TOD#12:34:56.789`, `DT#2024-02-29-12:34:56`. */
export const checkDate = (scope: Scope, { at, prefix, text }: Literal<"date">): CheckedExpression => {
  // The lexer has said that there is none.
  if (text === "") return NOTHING;
  const type = elementaryNamed(PREFIXES[prefix] ?? prefix)!;
  const { pattern, example } = SHAPES[type.family as keyof typeof SHAPES];
  const [, first = "", second = ""] = pattern.exec(text) ?? [];
  const nanoseconds =
    type.family === "date"
      ? dayOf(text)
      : type.family === "timeOfDay"
        ? timeOf(text)
        : sumOf(dayOf(first), timeOf(second));
  const { problems } = scope.world;
  if (nanoseconds === null) {
    problems.error(
      at,
      "bad-literal",
      `${prefix}#${text} is no ${NAMES[type.family] ?? ""}`,
      `like ${prefix}#${example}`,
    );
    return NOTHING;
  }
  const unit = unitNsOf(type);
  const value = nanoseconds / unit;
  if (!fits(value, type)) {
    const range = type.bytes === 8 ? "1677-09-21 to 2262-04-11" : "1970-01-01 to 2106-02-07";
    problems.error(at, "value-out-of-range", `${prefix}#${text} does not fit into ${type.name}`, `it holds ${range}`);
    return NOTHING;
  }
  if (nanoseconds % unit !== 0n) {
    const message = `${type.name} counts whole ${type.family === "timeOfDay" ? "milli" : ""}seconds: the rest is cut off`;
    problems.warning(at, "implicit-narrowing", message, `write L${prefix}# for nanoseconds`);
  }
  return { kind: "constant", type, value };
};

const NAMES: Readonly<Record<string, string>> = {
  date: "date",
  timeOfDay: "time of day",
  dateTime: "date and time",
};

const sumOf = (a: bigint | null, b: bigint | null): bigint | null => (a === null || b === null ? null : a + b);

/** Nanoseconds from 1970 to the start of the day; null: there is no such day. */
const dayOf = (text: string): bigint | null => {
  const [, year, month, day] = SHAPES.date.pattern.exec(text)?.map(Number) ?? [];
  if (year === undefined || year < 1600 || year > 9999) return null;
  const date = new Date(Date.UTC(year, month! - 1, day!));
  if (date.getUTCMonth() !== month! - 1 || date.getUTCDate() !== day) return null;
  return BigInt(date.getTime()) * 1_000_000n;
};

/** Nanoseconds since midnight. */
const timeOf = (text: string): bigint | null => {
  const [, hours, minutes, seconds = "0", fraction = ""] = SHAPES.timeOfDay.pattern.exec(text) ?? [];
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return null;
  const whole = (BigInt(hours) * 60n + BigInt(minutes!)) * 60n + BigInt(seconds);
  return whole * 1_000_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, "0"));
};

/** `INT#5`, `WORD#16#FF`, `Color#Red`. A bit pattern may fill a signed type: `INT#16#FFFF` is −1. */
export const checkTyped = (scope: Scope, expression: Literal<"typed">): CheckedExpression => {
  const { type: prefix, value, at } = expression;
  if (value.kind === "string" && prefix.key === (value.wide ? "WSTRING" : "STRING"))
    return checkExpression(scope, value);
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
