/** An output that its function or block never sets. */
import type { WarningRule } from "./rule.ts";

export const outputNeverAssigned: WarningRule = {
  name: "output-never-assigned",
  *check({ variables, name, body }, { written, namedOutside, initialised }) {
    if (body.length === 0) return;
    for (const variable of variables) {
      const { section, key, type } = variable;
      if (section !== "output" || initialised.has(key) || type.kind === "block") continue;
      if (written.has(variable) || namedOutside.has(key)) continue;
      yield {
        at: variable.at,
        message: `the output ${variable.name} of ${name} is never assigned`,
        hint: "assign it, or remove it",
      };
    }
  },
};
