/** Conversions by their names: `INT_TO_REAL`, `TO_REAL`, `TRUNC`, `TRUNC_INT`, `REAL_TRUNC_DINT` (IEC 61131-3 tables 22 to 27). */
import type { Call } from "./check-call.ts";
import { asScalar, coerce, convertTo, NOTHING, withOwnType } from "./convert.ts";
import { realTypeOf } from "./library-call.ts";
import type { Scope } from "./scope.ts";
import { refuse, type Standard } from "./standard-function.ts";
import { convertsTo } from "./temporal.ts";
import { DINT, ELEMENTARY, type ElementaryName, type ElementaryType, elementaryNamed, scalarOf } from "./types.ts";

/** `from` null: what its operand is. */
const conversion = (from: ElementaryType | null, to: ElementaryType): Standard => ({
  parameters: ["IN"],
  atMost: 1,
  check: (scope, [input], call) => {
    const { value: given, at } = input!;
    const value = from === null ? withOwnType(scope, given, at) : coerce(scope, given, from, at);
    if (value.type.kind === "unknown") return NOTHING;
    const source = scalarOf(value.type);
    if (source === null) return refuse(scope, input!, "a scalar");
    if (convertsTo(source, to)) return convertTo(asScalar(value), to, call.at);
    scope.world.problems.error(at, "no-conversion", `${source.name} cannot be converted to ${to.name}`);
    return NOTHING;
  },
});

const truncation = (from: ElementaryType | null, to: ElementaryType): Standard => ({
  parameters: ["IN"],
  atMost: 1,
  check: (scope, operands, call) => {
    const { value, at } = operands[0]!;
    const source = from ?? realTypeOf(operands, null);
    return convertTo(coerce(scope, value, source, at), to, call.at, true);
  },
});

/** "refused": it will be one, and that was said. */
export const conversionNamed = (scope: Scope, call: Call, key: string): Standard | "refused" | undefined => {
  if (key === "TRUNC") return truncation(null, DINT);
  const [, from, verb, to] = /^(?:(\w+)_)?(TO|TRUNC)_(\w+)$/.exec(key) ?? [];
  if (to === undefined) return undefined;
  for (const name of [from, to]) {
    if (name !== "STRING" && name !== "WSTRING") continue;
    scope.world.problems.error(call.callee.at, "not-supported", `${name} is not supported yet`);
    return "refused";
  }
  const target = elementaryNamed(to);
  const source = from === undefined ? null : elementaryNamed(from);
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
];
