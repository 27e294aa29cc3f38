/** A standard function called as a statement: its result is all that it does. */
import type { CheckedExpression } from "../checked.ts";
import type { WarningRule } from "./rule.ts";
import { eachStatement } from "./uses.ts";

/** Expressions that do nothing of their own. */
const PURE: ReadonlySet<CheckedExpression["kind"]> = new Set([
  "constant",
  "read",
  "convert",
  "unary",
  "arithmetic",
  "compare",
  "logic",
  "intrinsic",
]);

export const noEffect: WarningRule = {
  name: "no-effect",
  *check({ body }) {
    for (const statement of eachStatement(body)) {
      if (statement.kind !== "evaluate" || statement.value.type.kind === "unknown" || !PURE.has(statement.value.kind))
        continue;
      yield { at: statement.at, message: "this call has no effect: its result is lost", hint: "assign it: x := …" };
    }
  },
};
