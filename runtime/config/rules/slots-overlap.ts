/** A hart runs one partition at a time (ARINC 653 P1 §2.3.1: partition windows do not overlap). */
import { showDuration } from "../quantities.ts";
import type { Rule } from "./rule.ts";

export const slotsOverlap: Rule = {
  code: "slots-overlap",
  description: "Slots of one hart do not overlap.",
  *check({ schedule, places, clock }) {
    if (schedule === null || clock === null) return;
    /** Per hart the slot that reaches furthest so far. */
    const furthest = new Map<number, (typeof schedule.slots)[number]>();
    for (const slot of schedule.slots) {
      const before = furthest.get(slot.config.hart);
      if (before !== undefined && slot.start < before.end) {
        const until = showDuration(before.end, clock);
        yield {
          at: places.of(slot.config, "start"),
          message: `this slot of ${slot.config.partition} starts at ${slot.config.start}, but ${before.config.partition} has hart ${slot.config.hart} until ${until}`,
          hint: `start it at ${until} or later, or shorten the slot before it`,
        };
      }
      if (before === undefined || slot.end > before.end) furthest.set(slot.config.hart, slot);
    }
  },
};
