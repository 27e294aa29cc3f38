/** The slot table repeats every major frame; a slot cannot reach into the next. */
import { showDuration } from "../quantities.ts";
import type { Rule } from "./rule.ts";

export const slotBeyondFrame: Rule = {
  code: "slot-beyond-frame",
  description: "A slot ends within the major frame.",
  *check({ schedules, places, tickRate }) {
    const all = schedules.flatMap((schedule) => schedule.slots.map((slot) => ({ ...slot, schedule })));
    for (const { config, start, end, schedule } of all) {
      const { majorFrame } = schedule;
      if (start === null || end === null || majorFrame === null || end <= majorFrame) continue;
      const frame = schedule.config.majorFrame;
      const room = showDuration(majorFrame - start, tickRate);
      yield {
        at: places.of(config, start >= majorFrame ? "start" : "duration"),
        message: `this slot of ${config.partition ?? "a partition"} ends at ${showDuration(end, tickRate)}, beyond the major frame of ${frame}`,
        hint: start >= majorFrame ? "start it earlier" : `at most ${room} fit from ${config.start} on`,
      };
    }
  },
};
