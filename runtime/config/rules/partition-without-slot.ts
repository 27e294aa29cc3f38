/** A partition that never runs is a forgotten slot. */
import type { Rule } from "./rule.ts";

export const partitionWithoutSlot: Rule = {
  code: "partition-without-slot",
  description: "Every partition has a slot in one schedule at least.",
  *check({ schedules, partitions, config, places }) {
    if (schedules.length === 0 || !schedules.every(({ isComplete }) => isComplete)) return;
    const served = new Set(schedules.flatMap(({ slots }) => slots.map((slot) => slot.config.partition)));
    const where = schedules.length === 1 ? `in schedule ${schedules[0]!.name}` : "in any schedule";
    for (const name of partitions.keys()) {
      if (served.has(name)) continue;
      yield {
        at: places.ofKey(config.partitions ?? {}, name),
        message: `${name} has no slot ${where}: it would never run`,
        hint: `add a slot for it, or remove the partition`,
      };
    }
  },
};
