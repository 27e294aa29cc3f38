/** A hart runs one partition at a time (ARINC 653 P1 §2.3.1: partition windows do not overlap). */
import type { Draft, DraftSchedule } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { SlotConfig } from "../module-config.generated.ts";
import type { Partly } from "../partly.ts";
import { showDuration } from "../quantities.ts";
import type { Rule } from "./rule.ts";

export const slotsOverlap: Rule = {
  code: "slots-overlap",
  description: "Slots of one hart do not overlap.",
  *check(draft) {
    for (const schedule of draft.schedules) yield* overlaps(schedule, draft);
  },
};

function* overlaps({ slots }: DraftSchedule, { places, tickRate }: Draft): Generator<Omit<Finding, "code">> {
  /** Per hart the slot that reaches furthest so far. */
  const furthest = new Map<number, { readonly config: Partly<SlotConfig>; readonly end: number }>();
  for (const { config, start, end } of slots) {
    const { hart, partition } = config;
    if (hart === null || start === null) continue;
    const before = furthest.get(hart);
    if (before !== undefined && start < before.end) {
      const until = showDuration(before.end, tickRate);
      const other = before.config.partition ?? "a partition";
      yield {
        at: places.of(config, "start"),
        message: `this slot of ${partition ?? "a partition"} starts at ${config.start}, but ${other} has hart ${hart} until ${until}`,
        hint: `start it at ${until} or later, or shorten the slot before it`,
      };
    }
    if (end !== null && (before === undefined || end > before.end)) furthest.set(hart, { config, end });
  }
}
