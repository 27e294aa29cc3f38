/** Order within a period has a meaning only between partitions of the same period. */
import { requirementOf } from "../requirements.ts";
import type { Rule } from "./rule.ts";

export const afterOtherPeriod: Rule = {
  code: "after-other-period",
  description: "A partition comes after others that require the same period.",
  *check({ partitions, places, tickRate }) {
    for (const { name, config } of partitions.values()) {
      const { requires } = config;
      const own = requires ? requirementOf(requires, tickRate) : null;
      for (const [at, other] of own === null ? [] : own.after.entries()) {
        const before = partitions.get(other);
        if (before === undefined) continue;
        const theirs = before.config.requires ? requirementOf(before.config.requires, tickRate) : null;
        if (other !== name && theirs?.period === own?.period) continue;
        const why =
          other === name
            ? `${name} cannot come after itself`
            : `${name} cannot come after ${other}, which requires ${before.config.requires?.period ?? "no time"} as its period and not ${requires?.period}`;
        yield {
          at: places.of(requires?.after ?? [], at),
          message: why,
          hint: "name partitions that require the same period, or leave it out",
        };
      }
    }
  },
};
