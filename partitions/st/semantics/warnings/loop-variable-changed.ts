/** A FOR variable that the loop's own statements change: how often it runs is then hard to say (IEC 61131-3 §7.3.3.4.2). */
import type { Variable } from "../symbols.ts";
import type { WarningRule } from "./rule.ts";
import { eachStatement, writtenBy } from "./uses.ts";

export const loopVariableChanged: WarningRule = {
  name: "loop-variable-changed",
  *check({ body }) {
    for (const loop of eachStatement(body)) {
      if (loop.kind !== "for" || loop.variable.kind !== "variable") continue;
      const counter: Variable = loop.variable.variable;
      for (const statement of eachStatement(loop.body)) {
        if (!writtenBy(statement).has(counter)) continue;
        yield {
          at: statement.at,
          message: `${counter.name} counts the FOR loop around this and must not be changed in it`,
          hint: "use another variable, EXIT, or a WHILE loop",
        };
      }
    }
  },
};
