/** A release that no slot serves before the next one is a scan that cannot happen (design.md §4). */
import { showDuration } from "../quantities.ts";
import { unservedRelease } from "../slot-service.ts";
import type { Rule } from "./rule.ts";

export const taskNotServed: Rule = {
  code: "task-not-served",
  description: "A slot serves every release of a program's task before the next.",
  *check({ schedule, partitions, places, clock }) {
    if (schedule === null || !schedule.complete || clock === null) return;
    for (const { name, config, taskInterval } of partitions.values()) {
      const slots = schedule.slots.filter((slot) => slot.config.partition === name);
      if (taskInterval === null || slots.length === 0) continue;
      const release = unservedRelease(slots, schedule.majorFrame, taskInterval);
      if (release === null) continue;
      const interval = showDuration(taskInterval, clock);
      yield {
        at: places.of(config, config.program === undefined ? "image" : "program"),
        message: `the task of ${name} is released every ${interval}, but the release at ${showDuration(release, clock)} of the frame gets no slot before the next`,
        hint: `give ${name} a slot at least every ${interval}, or its TASK a longer INTERVAL`,
      };
    }
  },
};
