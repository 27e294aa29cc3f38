/** Restarts can only be limited where there are some. */
import { actionsOf, entriesOf } from "../health.ts";
import type { Rule } from "./rule.ts";

const RESTARTS: readonly (string | null | undefined)[] = ["WARM_START", "COLD_START"];

export const restartBudgetUnused: Rule = {
  code: "restart-budget-unused",
  description: "A health table with a restart budget restarts partitions.",
  *check({ config, places }) {
    for (const [name, table] of Object.entries(config.health ?? {})) {
      if (table.restartBudget === undefined) continue;
      const entries = [...entriesOf(table)].map(([, entry]) => entry);
      const outcomes = entries.flatMap((entry) => [
        entry.otherwise,
        ...[...actionsOf(entry)].map(({ action }) => action),
      ]);
      const isUnreadable = entries.some(({ action, otherwise }) => action === null || otherwise === null);
      if (isUnreadable || outcomes.some((outcome) => RESTARTS.includes(outcome))) continue;
      const message = `nothing in health table ${name} restarts a partition: its restart budget is never used`;
      const at = places.ofKey(table, "restartBudget");
      yield { at, message, hint: "let an error lead to WARM_START or COLD_START, or remove the budget" };
    }
  },
};
