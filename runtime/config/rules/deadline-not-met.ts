/** A partition has had its duration by its deadline, in every period (Liu and Layland 1973). */
import { showDuration } from "../quantities.ts";
import { servedPartitions } from "../requirements.ts";
import type { Rule } from "./rule.ts";

export const deadlineNotMet: Rule = {
  code: "deadline-not-met",
  description: "Each schedule gives a partition its duration before its deadline.",
  *check(draft) {
    const { places, tickRate } = draft;
    for (const { partition, schedule, requires, requirement, jobs } of servedPartitions(draft)) {
      const late = jobs.find(({ completion }) => completion > requirement.deadline);
      // Without the whole duration it is another rule's.
      if (requires.deadline === undefined || late === undefined || late.completion === Infinity) continue;
      const when = `the period from ${showDuration(late.release, tickRate)} on`;
      const had = showDuration(late.completion, tickRate);
      yield {
        at: places.of(requires, "deadline"),
        message: `${partition.name} has a deadline of ${requires.deadline}, but in ${when} of schedule ${schedule.name} it has had its ${requires.duration} only after ${had}`,
        hint: "move its slots to the front of the period, or let `partita plan` look for a table",
      };
    }
  },
};
