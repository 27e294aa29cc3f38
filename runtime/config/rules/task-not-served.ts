/** A release that no slot serves before the next one is a scan that cannot happen (design.md §4). */
import { type Draft, type DraftPartition, type DraftSchedule, stretchesOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { showDuration } from "../quantities.ts";
import { unservedRelease } from "../slot-service.ts";
import type { Rule } from "./rule.ts";

export const taskNotServed: Rule = {
  code: "task-not-served",
  description: "In each schedule in which a program runs, a slot serves every release of its task before the next.",
  *check(draft) {
    for (const schedule of draft.schedules) {
      if (!schedule.isComplete) continue;
      for (const partition of [...draft.partitions.values(), ...draft.clones])
        yield* unserved(partition, schedule, draft);
    }
  },
};

function* unserved(
  { name, config, tasks }: DraftPartition,
  schedule: DraftSchedule,
  { places, tickRate, schedules }: Draft,
): Generator<Omit<Finding, "code">> {
  const { majorFrame } = schedule;
  const slots = stretchesOf(schedule, name);
  if (majorFrame === null || !slots?.length) return;
  const others = schedules.flatMap((other) => (other === schedule ? [] : (other.majorFrame ?? [])));
  for (const task of tasks) {
    const release = unservedRelease(slots, majorFrame, task.interval, others);
    if (release === null) continue;
    const interval = showDuration(task.interval, tickRate);
    yield {
      at: places.of(config, config.program === undefined ? "image" : "program"),
      message: `the task ${task.name === null ? "" : `${task.name} `}of ${name} is released every ${interval}, but the release at ${showDuration(release, tickRate)} of the frame gets no slot before the next`,
      hint: `give ${name} a slot at least every ${interval} in schedule ${schedule.name}, or its TASK a longer INTERVAL`,
    };
  }
}
