/** What partitions require of the schedule, in cycles: for `check` to show beside what they are given. */
import { type Cycles, cycles } from "../units.ts";
import { type Draft, readParts } from "./draft.ts";

export interface TimeRequirement {
  readonly period: Cycles;
  /** At least this in every period. */
  readonly duration: Cycles;
}

/** In the order of the partitions. */
export const requirementsOf = ({ partitions, clock }: Draft): readonly (TimeRequirement | null)[] =>
  [...partitions.values()].map(({ config: { requires } }) => {
    if (requires === undefined || clock === null) return null;
    const period = readParts(requires.period, "duration", clock);
    const duration = readParts(requires.duration, "duration", clock);
    return period === null || duration === null ? null : { period: cycles(period), duration: cycles(duration) };
  });
