/**
 * A computed REAL compared for being equal: rounding makes that a matter of luck. Whether two variables hold the same is a fair
 * question, as to see a change, and whether one is 0.0 before a division.
 */

import type { CheckedExpression } from "../checked.ts";
import { scalarOf } from "../types.ts";
import type { WarningRule } from "./rule.ts";
import { eachComparison } from "./uses.ts";

export const realEquality: WarningRule = {
  name: "real-equality",
  *check({ body }) {
    for (const { at, operator, left, right } of eachComparison(body)) {
      if ((operator !== "equal" && operator !== "notEqual") || scalarOf(left.type)?.family !== "real" || at === null)
        continue;
      if (isZero(left) || isZero(right) || (left.kind === "read" && right.kind === "read")) continue;
      yield {
        at,
        message: "two REALs are seldom exactly equal",
        hint: "compare their difference with a tolerance: ABS(a - b) < 0.001",
      };
    }
  },
};

const isZero = (value: CheckedExpression): boolean => value.kind === "constant" && Number(value.value) === 0;
