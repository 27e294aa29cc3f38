/** A partition that is to be on a certain hart is there. */
import type { Rule } from "./rule.ts";

export const notOnRequiredHart: Rule = {
  code: "not-on-required-hart",
  description: "The slots of a partition are on the hart that it requires.",
  *check({ schedules, partitions, places }) {
    for (const { config } of schedules.flatMap(({ slots }) => slots)) {
      const required = partitions.get(config.partition ?? "")?.config.requires?.hart ?? null;
      if (required === null || config.hart === null || config.hart === required) continue;
      yield {
        at: places.of(config, "hart"),
        message: `${config.partition} requires hart ${required}, but this slot is on hart ${config.hart}`,
        hint: `move the slot, or change what ${config.partition} requires`,
      };
    }
  },
};
