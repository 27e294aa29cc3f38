/** What happens at a switch never does where there is only one schedule. */
import type { Rule } from "./rule.ts";

export const entryWithoutSwitch: Rule = {
  code: "entry-without-switch",
  description: "Only where there are several schedules does something happen on entry to one.",
  *check({ schedules, places }) {
    const [only, ...others] = schedules;
    if (only === undefined || others.length > 0) return;
    for (const name of Object.keys(only.config.onEntry ?? {})) {
      yield {
        at: places.ofKey(only.config.onEntry ?? {}, name),
        message: `${name} is to start anew on entry to schedule ${only.name}, which is the only one: nothing ever switches to it`,
        hint: "add another schedule, or remove onEntry",
      };
    }
  },
};
