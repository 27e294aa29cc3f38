/** A variable of a single call that is assigned for nothing. What lives longer can be watched from outside. */
import { rootOf } from "../checked.ts";
import type { Variable } from "../symbols.ts";
import type { WarningRule } from "./rule.ts";
import { eachStatement, writtenBy } from "./uses.ts";

export const neverRead: WarningRule = {
  name: "never-read",
  *check(unit, { read, written, namedOutside }) {
    const candidates = unit.variables.filter(
      (variable) =>
        (variable.section === "temp" ||
          (variable.section === "local" && (unit.kind === "FUNCTION" || unit.kind === "METHOD"))) &&
        written.has(variable) &&
        !read.has(variable) &&
        !namedOutside.has(variable.key),
    );
    if (candidates.length === 0) return;
    const needed = neededPlaces(unit.body);
    for (const variable of candidates) {
      if (needed.has(variable)) continue;
      yield {
        at: variable.at,
        message: `${variable.name} is assigned, but never read`,
        hint: "remove it, or use its value",
      };
    }
  },
};

/** Written by something else than `:=`: a loop counts, a call has an output to put somewhere. */
const neededPlaces = (body: Parameters<typeof eachStatement>[0]): ReadonlySet<Variable> => {
  const needed = new Set<Variable>();
  for (const statement of eachStatement(body)) {
    const root = statement.kind === "assign" ? rootOf(statement.place) : null;
    for (const variable of writtenBy(statement)) {
      if (root?.kind !== "variable" || root.variable !== variable) needed.add(variable);
    }
  }
  return needed;
};
