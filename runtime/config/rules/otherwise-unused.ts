/** What else is to happen matters only where an action may be impossible. */
import { ACTION_LEVELS, defaultAction } from "../../health-table.ts";
import { actionsOf, entriesOf } from "../health.ts";
import type { Rule } from "./rule.ts";

export const otherwiseUnused: Rule = {
  code: "otherwise-unused",
  description: "`otherwise` stands beside an action that leaves the guest to go on.",
  *check({ config, places }) {
    for (const table of Object.values(config.health ?? {})) {
      for (const [error, entry] of entriesOf(table)) {
        if (entry.otherwise === undefined || entry.action === null) continue;
        const named = [...actionsOf(entry)].map(({ action }) => action);
        const actions = entry.action === undefined ? [...named, defaultAction(error)] : named;
        if (actions.some((action) => action === "MODULE" || ACTION_LEVELS[action] !== "partition")) continue;
        const message = `otherwise never happens for ${error}: ${actions[0]} is possible always`;
        yield { at: places.of(entry, "otherwise"), message, hint: "remove it" };
      }
    }
  },
};
