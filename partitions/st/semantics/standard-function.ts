/** What a function that is built in is, and what its check is made of. */
import type { Call } from "./check-call.ts";
import type { Operand } from "./check-operator.ts";
import type { CheckedExpression, Intrinsic } from "./checked.ts";
import { coerce, NOTHING, withOwnType } from "./convert.ts";
import { foldIntrinsic } from "./fold-intrinsic.ts";
import type { Scope } from "./scope.ts";
import { commonType, type ElementaryType, isNumber, nameOf, sameType, scalarOf, type Type } from "./types.ts";

export interface Standard {
  /** Parameter names, in order; the last one repeats (IN1, IN2 …) when `atMost` is beyond them. */
  readonly parameters: readonly string[];
  readonly atMost: number;
  /** The operands whose type a suffix fixes, as in ADD_INT; left out: there are no such names. */
  readonly generic?: { readonly from: number; readonly to: number };
  /** It says something about the operands, which are of another type than that. */
  readonly isTest?: boolean;
  /** `expected`: what its place wants, for literals. */
  readonly check: (scope: Scope, operands: readonly Operand[], call: Call, expected: Type | null) => CheckedExpression;
}

/** Operands of what takes as many as one likes. */
export const MANY = 64;
export const ALL = { from: 0, to: MANY };

export const intrinsic = (
  name: Intrinsic,
  type: Type,
  call: Call,
  operands: readonly CheckedExpression[],
): CheckedExpression => {
  if (operands.some(({ type: each }) => each.kind === "unknown")) return NOTHING;
  return foldIntrinsic(name, type, operands) ?? { kind: "intrinsic", type, at: call.at, intrinsic: name, operands };
};

export const refuse = (scope: Scope, operand: Operand, wants: string): CheckedExpression => {
  scope.world.problems.error(operand.at, "operand-type", `expected ${wants}, found ${nameOf(operand.value.type)}`);
  return NOTHING;
};

/** A literal in the number type that is expected, else in its own. */
export const ownOrExpected = (scope: Scope, { value, at }: Operand, expected: Type | null): CheckedExpression =>
  value.type.kind === "literal" && expected !== null && isNumber(expected)
    ? coerce(scope, value, expected, at)
    : withOwnType(scope, value, at);

/** Operands that have come to be of one type. */
export interface Unified {
  readonly type: Type;
  readonly values: readonly CheckedExpression[];
}

/** All operands in one scalar type; null: there is none, and it was said. */
export const unifyAll = (scope: Scope, operands: readonly Operand[], expected: Type | null): Unified | null => {
  const typed = operands.filter(({ value }) => value.type.kind !== "literal");
  const known =
    typed.length > 0
      ? typed
      : operands.map(({ value, at }) => ({ value: ownOrExpected(scope, { value, at }, expected), at }));
  const first = known[0]!.value.type;
  if (known.some(({ value }) => value.type.kind === "unknown")) return null;
  if (scalarOf(first) === null) {
    refuse(scope, known[0]!, "a scalar");
    return null;
  }
  if (operands.every(({ value }) => sameType(value.type, first)))
    return { type: first, values: operands.map(({ value }) => value) };
  let type: ElementaryType | null = null;
  for (const { value, at } of known) {
    const scalar = scalarOf(value.type);
    const common: ElementaryType | null = scalar === null ? null : type === null ? scalar : commonType(type, scalar);
    if (common === null) {
      const message = `${nameOf(value.type)} cannot be combined with ${nameOf(type ?? first)} here`;
      scope.world.problems.error(at, "operand-type", message);
      return null;
    }
    type = common;
  }
  return { type: type!, values: operands.map(({ value, at }) => coerce(scope, value, type!, at)) };
};
