/** What a partition waits for has happened before it runs: data of this period, not of the last one. */
import { servedPartitions } from "../requirements.ts";
import type { Rule } from "./rule.ts";

export const orderNotKept: Rule = {
  code: "order-not-kept",
  description: "In each period a partition starts after those that it is to come after have had their duration.",
  *check(draft) {
    const served = [...servedPartitions(draft)];
    for (const { partition, schedule, requires, requirement, jobs } of served) {
      for (const [at, name] of requirement.after.entries()) {
        const before = served.find((one) => one.partition.name === name && one.schedule === schedule);
        if (before === undefined || before.requirement.period !== requirement.period) continue;
        const isEarly = jobs.some(({ start }, job) => start < (before.jobs[job]?.completion ?? 0));
        if (!isEarly) continue;
        yield {
          at: draft.places.of(requires.after ?? [], at),
          message: `${partition.name} is to come after ${name}, but in schedule ${schedule.name} a slot of its starts before ${name} has had its ${before.requires.duration}`,
          hint: "change the order of their slots, or let `partita plan` look for a table",
        };
      }
    }
  },
};
