/** Conversions between strings and everything else (IEC 61131-3 §6.6.2.5.8): `INT_TO_STRING`, `STRING_TO_REAL`, `STRING_TO_WSTRING`. */
import type { Span } from "../syntax/source-text.ts";
import type { CheckedExpression } from "./checked.ts";
import { computed, converted, integer } from "./computed.ts";
import { asScalar, convertTo } from "./convert.ts";
import type { Scope } from "./scope.ts";
import { readText, textOf } from "./strings.ts";
import { unitNsOf } from "./temporal.ts";
import { BOOL, CHAR, DINT, type ElementaryType, isSigned, LINT, LREAL, scalarOf, stringType, ULINT } from "./types.ts";

/** As the library numbers the kinds of moments. */
const MOMENTS: Readonly<Partial<Record<ElementaryType["family"], bigint>>> = { date: 0n, timeOfDay: 1n, dateTime: 2n };

/** The longest text of each. */
const LENGTHS = { BOOL: 5, LINT: 20, LREAL: 24, LTIME: 40, MOMENT: 34 } as const;

const truth = (value: boolean): CheckedExpression => ({ kind: "constant", type: BOOL, value });

/** A scalar, or a string of the other kind, as text; null: it is neither. */
export const toText = (scope: Scope, value: CheckedExpression, wide: boolean, at: Span): CheckedExpression | null => {
  if (value.type.kind === "string") {
    const { length } = value.type;
    if (value.type.wide === wide) return value;
    const name = wide ? "STRING_TO_WSTRING" : "WSTRING_TO_STRING";
    return textOf(scope, name, stringType(wide, length), [value]);
  }
  const scalar = value.type.kind === "pointer" ? null : scalarOf(value.type);
  if (scalar === null) return null;
  const text = scalarText(scope, asScalar(value), scalar, at);
  return wide ? toText(scope, text, true, at) : text;
};

const scalarText = (scope: Scope, value: CheckedExpression, type: ElementaryType, at: Span): CheckedExpression => {
  const text = (name: string, length: number, ...numbers: CheckedExpression[]) =>
    textOf(scope, name, stringType(false, length), [], numbers);
  switch (type.family) {
    case "bool":
      return text("BOOL_TO_STRING", LENGTHS.BOOL, value);
    case "char":
      return text("CHAR_TO_STRING", 1, convertTo(value, CHAR, at));
    case "real":
      return text("LREAL_TO_STRING", LENGTHS.LREAL, converted(value, LREAL), truth(type.bytes === 4));
    case "bits":
    case "unsigned":
    case "signed": {
      const isNegative = isSigned(type);
      const name = isNegative ? "LINT_TO_STRING" : "ULINT_TO_STRING";
      return text(name, LENGTHS.LINT, converted(value, isNegative ? LINT : ULINT));
    }
    case "time":
      return text("LTIME_TO_STRING", LENGTHS.LTIME, nanoseconds(value, type, at), truth(type.bytes === 8));
    default: {
      const kind = integer(DINT, MOMENTS[type.family]!);
      return text("MOMENT_TO_STRING", LENGTHS.MOMENT, nanoseconds(value, type, at), kind, truth(type.bytes === 8));
    }
  }
};

const nanoseconds = (value: CheckedExpression, type: ElementaryType, at: Span): CheckedExpression =>
  computed("multiply", LINT, converted(value, LINT), integer(LINT, unitNsOf(type)), at);

/** What a text says of this type. */
export const fromText = (scope: Scope, value: CheckedExpression, type: ElementaryType, at: Span): CheckedExpression => {
  const text = toText(scope, value, false, at)!;
  const counted = (nanosecondsRead: CheckedExpression): CheckedExpression =>
    converted(computed("divide", LINT, nanosecondsRead, integer(LINT, unitNsOf(type)), at), type);
  switch (type.family) {
    case "bool":
      return readText(scope, "STRING_TO_BOOL", BOOL, text);
    case "char":
      return convertTo(readText(scope, "STRING_TO_CHAR", CHAR, text), type, at);
    case "real":
      return converted(readText(scope, "STRING_TO_LREAL", LREAL, text, [truth(type.bytes === 4)]), type);
    case "bits":
    case "unsigned":
    case "signed":
      return converted(readText(scope, "STRING_TO_LINT", LINT, text), type);
    case "time":
      return counted(readText(scope, "STRING_TO_LTIME", LINT, text));
    default:
      return counted(readText(scope, "STRING_TO_MOMENT", LINT, text, [integer(DINT, MOMENTS[type.family]!)]));
  }
};
