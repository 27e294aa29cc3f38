/** Calls that the compiler makes of functions in its own library (library/*.ts). */
import type { CheckedExpression } from "./checked.ts";
import { NOTHING } from "./convert.ts";
import type { Scope } from "./scope.ts";
import { type ElementaryType, LREAL, REAL, scalarOf, type Type, UNKNOWN } from "./types.ts";

/** The function `key` of these inputs. */
export const libraryCall = (scope: Scope, key: string, values: readonly CheckedExpression[]): CheckedExpression => {
  const unit = scope.world.unit(key);
  if (unit === null || values.some(({ type }) => type.kind === "unknown")) return NOTHING;
  scope.unit?.calls.add(unit);
  const inputs = unit.variables.filter(({ section }) => section === "input");
  return {
    kind: "call",
    type: unit.result?.type ?? UNKNOWN,
    unit,
    receiver: null,
    arguments: inputs.map((variable, i) => ({ kind: "value", variable, value: values[i]! })),
  };
};

/** In which real type a function of these is computed. Literals have no say; where all are, it is what is `expected`. */
export const realTypeOf = (
  operands: readonly { readonly value: CheckedExpression }[],
  expected: Type | null,
): ElementaryType => {
  const types = operands.map(({ value }) => scalarOf(value.type)).filter((type) => type !== null);
  if (types.length === 0) return expected === LREAL ? LREAL : REAL;
  return types.some(({ bytes }) => bytes === 8) ? LREAL : REAL;
};
