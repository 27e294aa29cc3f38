/** A partition's slots start as regularly as it requires. */
import { jitterOf } from "../jobs.ts";
import { showDuration } from "../quantities.ts";
import { servedPartitions } from "../requirements.ts";
import type { Rule } from "./rule.ts";

export const jitterExceeded: Rule = {
  code: "jitter-exceeded",
  description: "The first slots of a partition's periods start no further apart than its jitter allows.",
  *check(draft) {
    const { places, tickRate } = draft;
    for (const { partition, schedule, requires, requirement, jobs } of servedPartitions(draft)) {
      const jitter = jitterOf(jobs);
      // Where a period has no slot, it is another rule's.
      if (requirement.jitter === null || jitter <= requirement.jitter || !Number.isFinite(jitter)) continue;
      yield {
        at: places.of(requires, "jitter"),
        message: `${partition.name} allows a jitter of ${requires.jitter}, but its slots in schedule ${schedule.name} start up to ${showDuration(jitter, tickRate)} apart, seen from the starts of their periods`,
        hint: `let them start a period of ${requires.period} apart, or let \`partita plan\` look for a table`,
      };
    }
  },
};
