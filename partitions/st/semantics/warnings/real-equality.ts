/** REALs compared for being equal: rounding makes that a matter of luck. Whether one is 0.0 is a fair question before a division. */

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
      if (isZero(left) || isZero(right)) continue;
      yield {
        at,
        message: "two REALs are seldom exactly equal",
        hint: "compare their difference with a tolerance: ABS(a - b) < 0.001",
      };
    }
  },
};

const isZero = (value: CheckedExpression): boolean => value.kind === "constant" && Number(value.value) === 0;
