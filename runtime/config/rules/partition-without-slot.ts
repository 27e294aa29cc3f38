/** A partition that never runs is a forgotten slot. */
import type { Rule } from "./rule.ts";

export const partitionWithoutSlot: Rule = {
  code: "partition-without-slot",
  description: "Every partition has a slot.",
  *check({ schedule, partitions, config, places }) {
    if (!schedule?.isComplete) return;
    const served = new Set(schedule.slots.map((slot) => slot.config.partition));
    for (const name of partitions.keys()) {
      if (served.has(name)) continue;
      const message = `${name} has no slot in schedule ${schedule.name}: it would never run`;
      yield {
        at: places.ofKey(config.partitions ?? {}, name),
        message,
        hint: `add a slot for it, or remove the partition`,
      };
    }
  },
};
