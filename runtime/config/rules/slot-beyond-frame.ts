/** The slot table repeats every major frame; a slot cannot reach into the next. */
import { showDuration } from "../quantities.ts";
import type { Rule } from "./rule.ts";

export const slotBeyondFrame: Rule = {
  code: "slot-beyond-frame",
  description: "A slot ends within the major frame.",
  *check({ schedule, places, clock }) {
    if (schedule === null || clock === null) return;
    for (const { config, start, end } of schedule.slots) {
      if (end <= schedule.majorFrame) continue;
      const frame = schedule.config.majorFrame;
      const room = showDuration(schedule.majorFrame - start, clock);
      yield {
        at: places.of(config, start >= schedule.majorFrame ? "start" : "duration"),
        message: `this slot of ${config.partition} ends at ${showDuration(end, clock)}, beyond the major frame of ${frame}`,
        hint: start >= schedule.majorFrame ? "start it earlier" : `at most ${room} fit from ${config.start} on`,
      };
    }
  },
};
