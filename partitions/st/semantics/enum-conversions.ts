/** Integers as values of an enum and back: `INT_TO_Color`, `TO_Color`, `Color_TO_INT`. Beyond the standard, which has no way between. */
import type { CheckedExpression } from "./checked.ts";
import { asScalar, coerce, convertTo, NOTHING, withOwnType } from "./convert.ts";
import type { Scope } from "./scope.ts";
import { refuse, type Standard } from "./standard-function.ts";
import { type ElementaryType, type EnumType, elementaryNamed, scalarOf } from "./types.ts";

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
    if (value.kind !== "constant") return { kind: "among", type: to, at: call.at, operand: value };
    return known(scope, value, to, at);
  },
});

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
