/** A CASE on an enum that passes over some of its values without saying so. */
import type { EnumType } from "../types.ts";
import type { WarningRule } from "./rule.ts";
import { eachStatement } from "./uses.ts";

const SHOWN = 5;

export const caseIncomplete: WarningRule = {
  name: "case-incomplete",
  *check({ body }) {
    for (const statement of eachStatement(body)) {
      if (statement.kind !== "case" || statement.hasElse || statement.selector.type.kind !== "enum") continue;
      const ranges = statement.arms.flatMap((arm) => arm.ranges);
      const { values, name }: EnumType = statement.selector.type;
      const missing = values.filter(({ value }) => !ranges.some(({ low, high }) => low <= value && value <= high));
      if (missing.length === 0) continue;
      const names = missing.slice(0, SHOWN).map((value) => value.name);
      const list = `${names.join(", ")}${missing.length > SHOWN ? ", …" : ""}`;
      yield {
        at: statement.at,
        message: `this CASE passes over ${list} of ${name}`,
        hint: "add them, or an ELSE that says what happens otherwise",
      };
    }
  },
};
