/** ARINC 653 P1 §2.3.1: a partition is given at least its duration in every one of its periods. */

import { type Draft, type DraftPartition, type DraftSchedule, stretchesOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { showDuration } from "../quantities.ts";
import { requirementOf } from "../requirements.ts";
import { leastInWindows } from "../slot-service.ts";
import type { Rule } from "./rule.ts";

export const requiresNotMet: Rule = {
  code: "requires-not-met",
  description: "Each schedule in which a partition runs gives it the duration that it requires in every period.",
  *check(draft) {
    for (const schedule of draft.schedules) {
      if (!schedule.isComplete) continue;
      for (const partition of [...draft.partitions.values(), ...draft.clones]) yield* unmet(partition, schedule, draft);
    }
  },
};

function* unmet(
  { name, config: { requires } }: DraftPartition,
  schedule: DraftSchedule,
  { places, tickRate }: Draft,
): Generator<Omit<Finding, "code">> {
  const { majorFrame } = schedule;
  const slots = stretchesOf(schedule, name);
  if (majorFrame === null || !requires || !slots?.length) return;
  const requirement = requirementOf(requires, tickRate);
  if (requirement === null) return;
  const { period, duration } = requirement;
  if (majorFrame % period !== 0 && period % majorFrame !== 0) {
    yield {
      at: places.of(requires, "period"),
      message: `the period of ${name}, ${requires.period}, does not fit into the major frame of ${schedule.config.majorFrame} of schedule ${schedule.name}`,
      hint: "the major frame must be a multiple of the period, or the period one of the major frame",
    };
    return;
  }
  const given = leastInWindows(slots, majorFrame, period);
  if (given >= duration) return;
  yield {
    at: places.of(requires, "duration"),
    message: `${name} requires ${requires.duration} in every ${requires.period}, but gets only ${showDuration(given, tickRate)} in one of them`,
    hint: `give it longer slots or another slot in schedule ${schedule.name}`,
  };
}
