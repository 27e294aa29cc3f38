/** Giving an expression the type that its place wants (IEC 61131-3 §6.6.1.7). */
import type { Span } from "../syntax/source-text.ts";
import { type CheckedExpression, spellingAt } from "./checked.ts";
import { converted } from "./computed.ts";
import { fits } from "./constants.ts";
import { numberAsEnum } from "./enum-conversions.ts";
import { addressAsNumber, coerceToInterface, coerceToPointer, pointerHint, reinterpret } from "./pointers.ts";
import type { Scope } from "./scope.ts";
import { coerceToString } from "./strings.ts";
import { convertsTo, convertTemporal } from "./temporal.ts";
import {
  BOOL,
  DINT,
  type ElementaryType,
  type Family,
  INT,
  INTEGER_LITERAL,
  isInteger,
  isTemporal,
  LINT,
  LREAL,
  losesDigits,
  nameOf,
  REAL,
  REAL_LITERAL,
  rangeOf,
  type StringType,
  type SubrangeType,
  sameType,
  scalarOf,
  type Type,
  UDINT,
  ULINT,
  UNKNOWN,
  widens,
} from "./types.ts";

/** Stands for what was reported already. */
export const NOTHING: CheckedExpression = { kind: "constant", type: UNKNOWN, value: 0n };

/** As `X_TO_Y` does it, for pairs that `convertsTo` allows. */
export const convertTo = (
  operand: CheckedExpression,
  type: ElementaryType,
  at: Span,
  truncate = false,
): CheckedExpression => {
  const from = scalarOf(operand.type);
  if (from !== null && from !== type && isTemporal(from) && isTemporal(type))
    return convertTemporal(operand, from, type, at);
  return converted(operand, type, truncate);
};

/** Whether a number that is finite stays so as a REAL or LREAL. */
export const isWithin = (value: CheckedExpression, type: ElementaryType): boolean => {
  const rounded = converted(value, type);
  return rounded.kind !== "constant" || Number.isFinite(rounded.value) || !Number.isFinite(numberOf(value));
};
const numberOf = (value: CheckedExpression): number => (value.kind === "constant" ? Number(value.value) : 0);

const OWN_TYPES = [INT, DINT, UDINT, LINT, ULINT];

/** The type that a literal has where nothing asks for another: the first of OWN_TYPES that holds it; REAL, else LREAL. */
export const withOwnType = (scope: Scope, value: CheckedExpression, at: Span): CheckedExpression => {
  if (value.type === REAL_LITERAL) return coerce(scope, value, isWithin(value, REAL) ? REAL : LREAL, at);
  if (value.type !== INTEGER_LITERAL || value.kind !== "constant" || typeof value.value !== "bigint") return value;
  const number = value.value;
  const type = OWN_TYPES.find((candidate) => fits(number, candidate));
  if (type !== undefined) return { kind: "constant", type, value: number };
  scope.world.problems.error(at, "value-out-of-range", `${number} needs more than 64 bits`);
  return NOTHING;
};

/**
 * The value as a `type`; reports and gives NOTHING when that takes a conversion that must be asked for. `spelling`: what the source
 * calls the type, where that is not its own name.
 */
export const coerce = (
  scope: Scope,
  value: CheckedExpression,
  type: Type,
  at: Span,
  spelling: string | null = null,
): CheckedExpression => {
  if (value.type.kind === "unknown" || type.kind === "unknown") return NOTHING;
  const refuse = (): CheckedExpression => mismatch(scope, value, type, at, spelling);
  if (type.kind === "subrange") return intoSubrange(scope, coerce(scope, value, type.base, at, spelling), type, at);
  if (sameType(value.type, type)) return value;
  if (type.kind === "string") return coerceToString(scope, value, type, at) ?? refuse();
  if (type.kind === "interface") return coerceToInterface(value, type) ?? refuse();
  if (type.kind === "pointer") return coerceToPointer(value, type) ?? refuse();
  const number = addressAsNumber(value, type);
  if (number !== null) return number;
  const to = type.kind === "elementary" ? type : null;
  if (type.kind === "enum") return numberAsEnum(scope, value, type, at) ?? refuse();
  if (value.type.kind === "literal") return coerceLiteral(scope, value, type, at, spelling);
  const from = value.type.kind === "pointer" || value.type.kind === "interface" ? null : scalarOf(value.type);
  const isBitPattern = from?.family === "unsigned" && to?.family === "bits" && from.bytes <= to.bytes;
  const ofAddress = to === null ? null : directAs(value, to);
  if (ofAddress !== null) return ofAddress;
  if (to !== null && from !== null && (widens(from, to) || isBitPattern)) {
    if (losesDigits(from, to)) {
      const [message, hint] = [
        `${nameOf(from)} to ${to.name} loses digits beyond ${to.bytes === 4 ? 2 ** 24 : 2 ** 53}`,
        `write ${from.name}_TO_${to.name}(…) when that is meant`,
      ];
      scope.world.problems.warning(at, "implicit-narrowing", message, hint);
    }
    return convertTo(asScalar(value), to, at);
  }
  return refuse();
};

/** `%MW0` has a size and no other type: it is an integer where one of that size is wanted (CODESYS). Null: the value is none such. */
const directAs = (value: CheckedExpression, to: ElementaryType): CheckedExpression | null =>
  value.kind === "read" && value.place.kind === "direct" && isInteger(to) && to.bytes === value.type.bytes
    ? { kind: "read", type: to, place: { ...value.place, type: to } }
    : null;

/** A constant outside of the range is an error here, any other value is checked each time. */
const intoSubrange = (scope: Scope, value: CheckedExpression, type: SubrangeType, at: Span): CheckedExpression => {
  if (value.type.kind === "unknown") return NOTHING;
  const { base, low, high } = type;
  if (value.kind !== "constant") return { kind: "within", type: base, at, operand: value, low, high };
  if (typeof value.value === "bigint" && low <= value.value && value.value <= high) return value;
  const message = `${value.value} is outside of ${nameOf(type)}`;
  scope.world.problems.error(at, "value-out-of-range", message, `it holds ${low} to ${high}`);
  return NOTHING;
};

/** The value of an enum or a subrange as one of the type that holds it. */
export const asScalar = (value: CheckedExpression): CheckedExpression => {
  const { type } = value;
  return type.kind === "enum" || type.kind === "subrange" ? reinterpret(value, type.base) : value;
};

const mismatch = (
  scope: Scope,
  value: CheckedExpression,
  to: Type,
  at: Span,
  spelling: string | null,
): CheckedExpression => {
  const from = value.type;
  const found = (value.kind === "read" ? spellingAt(value.place) : null) ?? nameOf(from);
  let hint = "";
  if (to.kind === "pointer") hint = pointerHint(value, to);
  else if (to.kind === "interface" && from.kind === "block")
    hint = `write IMPLEMENTS ${to.name} in ${from.name}, and its methods`;
  else if (from.kind === "elementary" && to.kind === "elementary") {
    if (convertsTo(from, to)) hint = `convert it: ${from.name}_TO_${to.name}(…)`;
  } else if (to.kind === "string") hint = textHint(from, to);
  else if (to.kind === "enum") hint = `use one of its values, like ${to.name}#${to.values[0]?.name ?? "…"}`;
  scope.world.problems.error(at, "type-mismatch", `expected ${spelling ?? nameOf(to)}, found ${found}`, hint);
  return NOTHING;
};

const textHint = (from: Type, to: StringType): string => {
  const word = to.wide ? "WSTRING" : "STRING";
  if (from.kind === "literal" && from.name.endsWith("string")) {
    return to.wide ? 'a WSTRING stands in double quotes: "…"' : "a STRING stands in single quotes: '…'";
  }
  const name =
    from.kind === "string" ? (from.wide ? "WSTRING" : "STRING") : from.kind === "elementary" ? from.name : "";
  return name === "" ? "" : `convert it: ${name}_TO_${word}(…)`;
};

const coerceLiteral = (
  scope: Scope,
  value: CheckedExpression,
  type: Type,
  at: Span,
  spelling: string | null,
): CheckedExpression => {
  const to = type.kind === "elementary" ? type : null;
  if (to?.family === "char" && value.kind === "constant" && typeof value.value === "string")
    return coerceCharacter(scope, value.value, to, at);
  if (to === null || value.kind !== "constant" || typeof value.value === "string") {
    return mismatch(scope, value, type, at, spelling);
  }
  const number = value.value;
  if (to.family === "real") {
    if (isWithin(value, to)) return converted(value, to);
    const message = `${number} does not fit into ${to.name}`;
    scope.world.problems.error(at, "value-out-of-range", message, "REAL holds up to 3.4028235E38, LREAL more");
    return NOTHING;
  }
  const example = EXAMPLES[to.family];
  if (example === undefined)
    return typeof number === "bigint"
      ? coerceInteger(scope, number, to, at)
      : mismatch(scope, value, type, at, spelling);
  scope.world.problems.error(
    at,
    "type-mismatch",
    `expected ${spelling ?? to.name}, found ${nameOf(value.type)}`,
    example,
  );
  return NOTHING;
};

/** How values of types are written that take no plain number. */
export const EXAMPLES: Readonly<Partial<Record<Family, string>>> = {
  time: "write a duration with its unit, like T#500ms",
  date: "write a date, like D#2024-02-29",
  timeOfDay: "write a time of day, like TOD#12:34:56",
  dateTime: "write a date and time, like DT#2024-02-29-12:34:56",
  char: "write a character, like 'A'",
};

const coerceCharacter = (scope: Scope, text: string, to: ElementaryType, at: Span): CheckedExpression => {
  const code = text.charCodeAt(0);
  if (text.length === 1 && fits(BigInt(code), to)) return { kind: "constant", type: to, value: BigInt(code) };
  const message = `${to.name} holds one character${text.length === 1 ? " of one byte" : `, this is ${text.length}`}`;
  scope.world.problems.error(at, "value-out-of-range", message);
  return NOTHING;
};

const coerceInteger = (scope: Scope, number: bigint, to: ElementaryType, at: Span): CheckedExpression => {
  if (!fits(number, to)) {
    const { low, high } = rangeOf(to);
    scope.world.problems.error(
      at,
      "value-out-of-range",
      `${number} does not fit into ${to.name}`,
      `${to.name} holds ${low} to ${high}`,
    );
    return NOTHING;
  }
  return { kind: "constant", type: to, value: to === BOOL ? number === 1n : number };
};
