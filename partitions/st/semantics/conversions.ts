/** Conversions by their names: `INT_TO_REAL`, `TO_REAL`, `TRUNC`, `TRUNC_INT`, `REAL_TRUNC_DINT` (IEC 61131-3 tables 22 to 27). */
import type { Span } from "../syntax/source-text.ts";
import type { Operand } from "./check-operator.ts";
import type { CheckedExpression } from "./checked.ts";
import { asScalar, coerce, convertTo, NOTHING, withOwnType } from "./convert.ts";
import { realTypeOf } from "./library-call.ts";
import type { Scope } from "./scope.ts";
import { refuse, type Standard } from "./standard-function.ts";
import { isText, withOwnLength } from "./strings.ts";
import { convertsTo } from "./temporal.ts";
import { fromText, toText } from "./text-conversions.ts";
import {
  DINT,
  ELEMENTARY,
  type ElementaryName,
  type ElementaryType,
  elementaryNamed,
  isInteger,
  scalarOf,
} from "./types.ts";

/** `from` null: what its operand is. */
const conversion = (from: ElementaryType | null, to: ElementaryType): Standard => ({
  parameters: ["IN"],
  atMost: 1,
  check: (scope, [input], call) => {
    const { value: given, at } = input!;
    if (from === null && isText(given.type)) return fromTextOperand(scope, input!, to, call.at);
    const value = from === null ? withOwnType(scope, given, at) : coerce(scope, given, from, at);
    if (value.type.kind === "unknown") return NOTHING;
    const source = scalarOf(value.type);
    if (source === null) return refuse(scope, input!, "a scalar");
    if (convertsTo(source, to)) return convertTo(asScalar(value), to, call.at);
    scope.world.problems.error(at, "no-conversion", `${source.name} cannot be converted to ${to.name}`);
    return NOTHING;
  },
});

/** `STRING_TO_INT`, `TO_INT` of a text. */
const fromTextOperand = (scope: Scope, operand: Operand, to: ElementaryType, at: Span): CheckedExpression => {
  const value = withOwnLength(scope, operand);
  return value === null ? NOTHING : fromText(scope, value, to, at);
};

const reading = (wide: boolean, to: ElementaryType): Standard => ({
  parameters: ["IN"],
  atMost: 1,
  check: (scope, [input], call) => {
    const value = withOwnLength(scope, input!);
    if (value?.type.kind === "string" && value.type.wide === wide) return fromTextOperand(scope, input!, to, call.at);
    return input!.value.type.kind === "unknown" ? NOTHING : refuse(scope, input!, wide ? "a WSTRING" : "a STRING");
  },
});

/** `from`: of `INT_TO_STRING` what its operand is; null: `TO_STRING` of anything. "text": of the other kind of string. */
const writing = (from: ElementaryType | "text" | null, wide: boolean): Standard => ({
  parameters: ["IN"],
  atMost: 1,
  check: (scope, [input], call) => {
    const { value: given, at } = input!;
    if (given.type.kind === "unknown") return NOTHING;
    const isOfCharacter = from !== null && from !== "text" && from.family === "char";
    const text = isOfCharacter ? null : withOwnLength(scope, input!);
    const value =
      text ?? (from === null || from === "text" ? withOwnType(scope, given, at) : coerce(scope, given, from, at));
    if (value.type.kind === "unknown") return NOTHING;
    const isWanted = from === null || (from === "text") === (text !== null);
    const converted = isWanted ? toText(scope, value, wide, call.at) : null;
    return converted ?? refuse(scope, input!, from === "text" ? "a text" : "a scalar");
  },
});

/** `to` null: the integer type that is expected, else DINT (table 23: TRUNC is overloaded). */
const truncation = (from: ElementaryType | null, to: ElementaryType | null): Standard => ({
  parameters: ["IN"],
  atMost: 1,
  check: (scope, operands, call, expected) => {
    const { value, at } = operands[0]!;
    const source = from ?? realTypeOf(operands, null);
    const wanted = expected?.kind === "elementary" && isInteger(expected) ? expected : DINT;
    return convertTo(coerce(scope, value, source, at), to ?? wanted, call.at, true);
  },
});

/** undefined: no conversion has this name. */
export const conversionNamed = (key: string): Standard | undefined => {
  if (key === "TRUNC") return truncation(null, null);
  const [, from, verb, to] = /^(?:(\w+)_)?(TO|TRUNC)_(\w+)$/.exec(key) ?? [];
  if (to === undefined) return undefined;
  const target = elementaryNamed(to);
  const source = from === undefined ? null : elementaryNamed(from);
  const isFromText = from === "STRING" || from === "WSTRING";
  if (verb === "TO" && (to === "STRING" || to === "WSTRING")) {
    if (from !== undefined && source === null && !isFromText) return undefined;
    return writing(isFromText ? "text" : source, to === "WSTRING");
  }
  if (verb === "TO" && isFromText && target !== null) return reading(from === "WSTRING", target);
  if (target === null || (from !== undefined && source === null)) return undefined;
  if (verb === "TO") return conversion(source, target);
  return holdsWhole(target) && (source === null || source.family === "real") ? truncation(source, target) : undefined;
};

const holdsWhole = ({ family }: ElementaryType): boolean =>
  family === "signed" || family === "unsigned" || family === "bits";

const NAMES = Object.keys(ELEMENTARY) as ElementaryName[];

/** For "did you mean". */
export const CONVERSION_NAMES: readonly string[] = [
  "TRUNC",
  ...NAMES.flatMap((from) => NAMES.filter((to) => to !== from).map((to) => `${from}_TO_${to}`)),
  ...NAMES.flatMap((name) => [`${name}_TO_STRING`, `STRING_TO_${name}`]),
];
