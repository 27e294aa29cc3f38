/**
 * Integers as values of an enum and back: assigned, `INT_TO_Color`, `TO_Color`, `Color_TO_INT`. As in CODESYS; the standard has no way
 * between.
 */
import type { Span } from "../syntax/source-text.ts";
import type { CheckedExpression } from "./checked.ts";
import { asScalar, coerce, convertTo, NOTHING, withOwnType } from "./convert.ts";
import type { Scope } from "./scope.ts";
import { refuse, type Standard } from "./standard-function.ts";
import {
  type ElementaryType,
  type EnumType,
  elementaryNamed,
  INTEGER_LITERAL,
  isInteger,
  scalarOf,
  widens,
} from "./types.ts";

/** undefined: no conversion has this name. */
export const enumConversion = (scope: Scope, key: string): Standard | undefined => {
  const [, from, to] = /^(?:(\w+)_)?TO_(\w+)$/.exec(key) ?? [];
  if (to === undefined) return undefined;
  const source = from === undefined ? null : elementaryNamed(from);
  const target = scope.world.enumNamed(to);
  if (target !== null && (from === undefined || source !== null)) return intoEnum(source, target);
  const enumeration = from === undefined ? null : scope.world.enumNamed(from);
  const number = elementaryNamed(to);
  return enumeration === null || number === null ? undefined : outOfEnum(enumeration, number);
};

/** `from` null: what its operand is. */
const intoEnum = (from: ElementaryType | null, to: EnumType): Standard => ({
  parameters: ["IN"],
  atMost: 1,
  check: (scope, [input], call) => {
    const { value: given, at } = input!;
    const value = asScalar(from === null ? withOwnType(scope, given, at) : coerce(scope, given, from, at));
    if (value.type.kind === "unknown") return NOTHING;
    const source = scalarOf(value.type);
    if (source === null || !["signed", "unsigned", "bits"].includes(source.family))
      return refuse(scope, input!, "an integer");
    return value.kind === "constant" ? known(scope, value, to, at) : among(value, to, call.at);
  },
});

const among = (operand: CheckedExpression, type: EnumType, at: Span): CheckedExpression => ({
  ...{ kind: "among", type, at },
  operand,
});

/** An integer that the type of the enum holds, where a value of the enum is wanted; null: it is no such integer. */
export const numberAsEnum = (
  scope: Scope,
  given: CheckedExpression,
  to: EnumType,
  at: Span,
): CheckedExpression | null => {
  const isLiteral = given.kind === "constant" && given.type === INTEGER_LITERAL;
  if (isLiteral) return known(scope, given, to, at);
  const { type } = given.type.kind === "subrange" ? { type: given.type.base } : given;
  if (type.kind !== "elementary" || !isInteger(type) || !widens(type, to.base)) return null;
  return given.kind === "constant" ? known(scope, given, to, at) : among(given, to, at);
};

const known = (
  scope: Scope,
  { value }: Extract<CheckedExpression, { kind: "constant" }>,
  type: EnumType,
  at: Parameters<typeof convertTo>[2],
): CheckedExpression => {
  if (type.values.some((each) => each.value === value)) return { kind: "constant", type, value };
  const values = type.values.map((each) => `${each.name} (${each.value})`).join(", ");
  scope.world.problems.error(at, "value-out-of-range", `${type.name} has no value ${value}`, `it has ${values}`);
  return NOTHING;
};

const outOfEnum = (from: EnumType, to: ElementaryType): Standard => ({
  parameters: ["IN"],
  atMost: 1,
  check: (scope, [input], call) => {
    const value = coerce(scope, input!.value, from, input!.at);
    return value.type.kind === "unknown" ? NOTHING : convertTo(asScalar(value), to, call.at);
  },
});
