/** A change of schedule needs to know to which. */
import type { Draft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { actionsOf, entriesOf, moduleActionsOf } from "../health.ts";
import { didYouMean } from "../suggestion.ts";
import type { Rule } from "./rule.ts";

export const healthSchedule: Rule = {
  code: "health-schedule",
  description: "SWITCH_SCHEDULE, and nothing else, comes with the name of one of the module's schedules.",
  *check(draft) {
    for (const table of Object.values(draft.config.health ?? {})) {
      const { restartBudget } = table;
      if (restartBudget !== undefined) yield* found(restartBudget, [restartBudget.then], draft);
      for (const [, entry] of entriesOf(table)) yield* found(entry, actionNames(actionsOf(entry)), draft);
    }
    for (const [, entry] of entriesOf(draft.config.moduleHealth)) {
      yield* found(entry, actionNames(moduleActionsOf(entry)), draft);
    }
  },
};

const actionNames = (actions: Iterable<{ readonly action: string }>): readonly string[] =>
  Array.from(actions, ({ action }) => action);

function* found(
  entry: { readonly schedule?: string | null },
  actions: readonly (string | null)[],
  { schedules, places }: Draft,
): Generator<Omit<Finding, "code">> {
  const { schedule } = entry;
  const switches = actions.includes("SWITCH_SCHEDULE");
  const names = schedules.map(({ name }) => name);
  if (switches && schedule === undefined) {
    yield {
      at: places.of(entry),
      message: "SWITCH_SCHEDULE does not say to which schedule",
      hint: `add schedule: one of ${names.join(", ")}`,
    };
  }
  if (schedule == null) return;
  const at = places.of(entry, "schedule");
  if (!switches && !actions.includes(null)) {
    const message = `the schedule ${schedule} is named without SWITCH_SCHEDULE: nothing ever switches to it`;
    yield { at, message, hint: "make the action SWITCH_SCHEDULE, or remove the schedule" };
  } else if (!names.includes(schedule)) {
    yield { at, message: `there is no schedule "${schedule}"`, hint: didYouMean(schedule, names, "schedules") };
  }
}
