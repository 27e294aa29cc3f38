/** Some actions cannot follow some errors: nothing would be left to go on, or nothing to restart (ARINC 653 P1 §2.4). */
import { moduleObjectionTo, objectionTo } from "../../health-table.ts";
import type { Draft } from "../draft.ts";
import { actionsOf, entriesOf, moduleActionsOf } from "../health.ts";
import type { Rule } from "./rule.ts";

export const healthPair: Rule = {
  code: "health-pair",
  description: "An error leads to an action that is possible then.",
  *check(draft) {
    yield* partitionPairs(draft);
    yield* modulePairs(draft);
  },
};

function* partitionPairs({ config, places }: Draft) {
  for (const table of Object.values(config.health ?? {})) {
    for (const [error, entry] of entriesOf(table)) {
      for (const { key, action, states } of actionsOf(entry)) {
        if (action === "MODULE") continue;
        // A warm start for all states is a cold one while the partition starts cold.
        const judged = key === "action" && action === "WARM_START" ? [] : states;
        const objection = judged.map((state) => objectionTo(error, state, action)).find((found) => found !== null);
        if (objection === undefined) continue;
        const at = key === "action" ? places.of(entry, key) : places.of(entry.in, key);
        yield { at, message: `${action} cannot follow ${error}: ${objection}`, hint: "choose another action" };
      }
    }
  }
}

function* modulePairs({ config, places }: Draft) {
  for (const [error, entry] of entriesOf(config.moduleHealth)) {
    for (const { key, action } of moduleActionsOf(entry)) {
      const objection = moduleObjectionTo(error, action);
      if (objection === null) continue;
      const at = key === "action" ? places.of(entry, key) : places.of(entry.in, key);
      yield {
        at,
        message: `${action} cannot follow ${error} of the module: ${objection}`,
        hint: "choose another action",
      };
    }
  }
}
