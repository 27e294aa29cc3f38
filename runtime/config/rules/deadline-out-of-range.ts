/** A deadline lies where its duration fits and before the next period. */
import { requirementOf } from "../requirements.ts";
import type { Rule } from "./rule.ts";

export const deadlineOutOfRange: Rule = {
  code: "deadline-out-of-range",
  description: "A deadline is not shorter than the duration, nor longer than the period.",
  *check({ partitions, places, tickRate }) {
    for (const { name, config } of partitions.values()) {
      const requirement = config.requires ? requirementOf(config.requires, tickRate) : null;
      if (!config.requires || config.requires.deadline === undefined || requirement === null) continue;
      const { duration, deadline, period } = requirement;
      if (deadline >= duration && deadline <= period) continue;
      const { duration: least, period: most } = config.requires;
      yield {
        at: places.of(config.requires, "deadline"),
        message: `${name} cannot have a deadline of ${config.requires.deadline}: it needs ${least} in every ${most}`,
        hint: `use ${least} to ${most}, or leave it out`,
      };
    }
  },
};
