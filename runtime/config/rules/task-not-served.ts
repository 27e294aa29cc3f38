/** A release that no slot serves before the next one is a scan that cannot happen (design.md §4). */
import { type DraftPartition, stretchesOf } from "../draft.ts";
import { showDuration } from "../quantities.ts";
import { unservedRelease } from "../slot-service.ts";
import type { Rule } from "./rule.ts";

export const taskNotServed: Rule = {
  code: "task-not-served",
  description: "A slot serves every release of a program's task before the next.",
  *check({ schedule, partitions, places, tickRate }) {
    const { majorFrame = null } = schedule ?? {};
    if (!schedule?.isComplete || majorFrame === null) return;
    for (const { name, config, task } of tasksOf(partitions.values())) {
      const slots = stretchesOf(schedule, name);
      if (!slots?.length) continue;
      const release = unservedRelease(slots, majorFrame, task.interval);
      if (release === null) continue;
      const interval = showDuration(task.interval, tickRate);
      yield {
        at: places.of(config, config.program === undefined ? "image" : "program"),
        message: `the task ${task.name === null ? "" : `${task.name} `}of ${name} is released every ${interval}, but the release at ${showDuration(release, tickRate)} of the frame gets no slot before the next`,
        hint: `give ${name} a slot at least every ${interval}, or its TASK a longer INTERVAL`,
      };
    }
  },
};

function* tasksOf(partitions: Iterable<DraftPartition>) {
  for (const { name, config, tasks } of partitions) for (const task of tasks) yield { name, config, task };
}
