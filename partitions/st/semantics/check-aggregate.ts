/** Literals of arrays and structs (IEC 61131-3 §6.4.4.5.2, §6.4.4.6.2), where their place says of which type they are. */
import type { Expression } from "../syntax/ast.ts";
import type { CheckedExpression } from "./checked.ts";
import { NOTHING } from "./convert.ts";
import { checkParts, imageOf } from "./initial-values.ts";
import type { Scope } from "./scope.ts";
import { nameOf, type Type } from "./types.ts";

export const checkAggregate = (
  scope: Scope,
  { at, initializer }: Extract<Expression, { kind: "aggregate" }>,
  expected: Type | null,
): CheckedExpression => {
  if (expected?.kind === "array" || expected?.kind === "struct")
    return checkParts(scope, initializer, expected, imageOf(expected));
  if (expected?.kind !== "unknown") {
    const what = initializer.kind === "list" ? "a list of values" : "a list of members";
    const message = expected === null ? `${what} has no type here` : `expected ${nameOf(expected)}, found ${what}`;
    scope.world.problems.error(at, "type-mismatch", message, "assign it to a variable of an array or struct type");
  }
  return NOTHING;
};
