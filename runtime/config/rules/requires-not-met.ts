/** ARINC 653 P1 §2.3.1: a partition is given at least its duration in every one of its periods. */

import { readParts, stretchesOf } from "../draft.ts";
import { showDuration } from "../quantities.ts";
import { leastInWindows } from "../slot-service.ts";
import type { Rule } from "./rule.ts";

export const requiresNotMet: Rule = {
  code: "requires-not-met",
  description: "The schedule gives a partition the duration that it requires in every period.",
  *check({ schedule, partitions, places, tickRate }) {
    const { majorFrame = null } = schedule ?? {};
    if (!schedule?.isComplete || majorFrame === null) return;
    for (const { name, config } of partitions.values()) {
      const { requires } = config;
      const slots = stretchesOf(schedule, name);
      if (!requires || !slots?.length) continue;
      const period = readParts(requires.period, "duration", tickRate);
      const duration = readParts(requires.duration, "duration", tickRate);
      if (period === null || duration === null || period === 0) continue;
      if (majorFrame % period !== 0 && period % majorFrame !== 0) {
        const message = `the period of ${name}, ${requires.period}, does not fit into the major frame of ${schedule.config.majorFrame}`;
        const hint = "the major frame must be a multiple of the period, or the period one of the major frame";
        yield { at: places.of(requires, "period"), message, hint };
        continue;
      }
      const given = leastInWindows(slots, majorFrame, period);
      if (given >= duration) continue;
      yield {
        at: places.of(requires, "duration"),
        message: `${name} requires ${requires.duration} in every ${requires.period}, but gets only ${showDuration(given, tickRate)} in one of them`,
        hint: `give it longer slots or another slot in schedule ${schedule.name}`,
      };
    }
  },
};
