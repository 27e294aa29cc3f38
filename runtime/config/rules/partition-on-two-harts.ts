/** A partition's memory belongs to one hart's worker (design.md §2a). */
import type { Rule } from "./rule.ts";

export const partitionOnTwoHarts: Rule = {
  code: "partition-on-two-harts",
  description: "All slots of a partition are on one hart.",
  *check({ schedule, places }) {
    const home = new Map<string, number>();
    for (const { config } of schedule?.slots ?? []) {
      if (config.partition === null || config.hart === null) continue;
      const first = home.get(config.partition) ?? config.hart;
      home.set(config.partition, first);
      if (first === config.hart) continue;
      const message = `${config.partition} has slots on hart ${first} and on hart ${config.hart}`;
      yield { at: places.of(config, "hart"), message, hint: "a partition runs on one hart in a schedule" };
    }
  },
};
