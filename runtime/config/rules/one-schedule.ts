/** Changing between schedules is not built yet. */
import type { Rule } from "./rule.ts";

export const oneSchedule: Rule = {
  code: "one-schedule",
  description: "A module has exactly one schedule for now.",
  *check({ config, places }) {
    const [first, ...others] = Object.keys(config.schedules ?? {});
    for (const name of others) {
      const message = `"${name}" is one schedule too many: a module has exactly one for now`;
      yield { at: places.ofKey(config.schedules ?? {}, name), message, hint: `keep "${first}" or this one` };
    }
  },
};
