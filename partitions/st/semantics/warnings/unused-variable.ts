/** A variable that is declared and never named again. Inputs, outputs and points are for others and may be. */
import type { WarningRule } from "./rule.ts";

export const unusedVariable: WarningRule = {
  name: "unused-variable",
  *check({ variables, name }, { named }) {
    for (const variable of variables) {
      const isOwn = variable.section === "local" || variable.section === "temp" || variable.section === "static";
      if (
        !isOwn ||
        variable.edge !== null ||
        variable.address !== null ||
        variable.type.kind === "unknown" ||
        named.has(variable.key)
      )
        continue;
      const what = variable.type.kind === "block" ? "is declared, but never called" : "is never used";
      yield { at: variable.at, message: `${variable.name} ${what} in ${name}`, hint: "remove it" };
    }
  },
};
