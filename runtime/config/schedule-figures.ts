/** How a schedule divides the time: what `check` prints and the README shows. */
import type { Schedule, System } from "../system.ts";
import { type Cycles, cycles } from "../units.ts";
import { jitterOf, jobsOf } from "./jobs.ts";
import type { TimeRequirement } from "./requirements.ts";
import { gaps, leastInWindows, type Stretch } from "./slot-service.ts";

interface ServedRequirement extends TimeRequirement {
  /** In the period that gets least. */
  readonly given: Cycles;
  readonly slack: Cycles;
  /** The latest, from the start of a period, at which it has had its duration. */
  readonly completion: Cycles;
  /** How far apart its first slots start, seen from the starts of their periods. */
  readonly startJitter: Cycles;
}

interface PartitionFigures {
  readonly name: string;
  /** null: it has no slot in this schedule. */
  readonly hart: number | null;
  readonly slots: number;
  /** In each major frame. */
  readonly time: Cycles;
  /** Of its hart's time, 0 … 1. */
  readonly utilisation: number;
  /** Without a slot, over the end of the frame too. */
  readonly longestGap: Cycles;
  /** null: it requires nothing, or does not run in this schedule. */
  readonly required: ServedRequirement | null;
}

interface HartFigures {
  readonly hart: number;
  /** 0 … 1 */
  readonly utilisation: number;
  /** In each major frame. */
  readonly idle: Cycles;
}

export interface ScheduleFigures {
  readonly partitions: readonly PartitionFigures[];
  readonly harts: readonly HartFigures[];
}

const total = (stretches: readonly Stretch[]): number =>
  stretches.reduce((sum, { start, end }) => sum + end - start, 0);

export const scheduleFigures = (
  { partitions, harts }: System,
  { majorFrame, slots: table }: Schedule,
  requirements: readonly (TimeRequirement | null)[],
): ScheduleFigures => {
  const slots = table.map(({ start, duration, hart, partition }) => {
    return { start, end: start + duration, hart, partition };
  });
  return {
    partitions: partitions.map(({ name, index }) => {
      const own = slots.filter(({ partition }) => partition === index);
      const time = total(own);
      const longest = gaps(own, majorFrame).map(({ start, end }) => end - start);
      const requirement = own.length === 0 ? null : (requirements[index] ?? null);
      return {
        name,
        hart: own[0]?.hart ?? null,
        slots: own.length,
        time: cycles(time),
        utilisation: time / majorFrame,
        longestGap: cycles(Math.max(0, ...longest)),
        required: requirement === null ? null : served(requirement, own, majorFrame),
      };
    }),
    harts: Array.from({ length: harts }, (_, hart) => {
      const used = total(slots.filter((slot) => slot.hart === hart));
      return { hart, utilisation: used / majorFrame, idle: cycles(majorFrame - used) };
    }),
  };
};

const served = (requirement: TimeRequirement, slots: readonly Stretch[], majorFrame: number): ServedRequirement => {
  const given = leastInWindows(slots, majorFrame, requirement.period);
  const jobs = jobsOf(slots, majorFrame, requirement);
  return {
    ...requirement,
    given: cycles(given),
    slack: cycles(given - requirement.duration),
    completion: cycles(Math.max(...jobs.map(({ completion }) => completion))),
    startJitter: cycles(jitterOf(jobs)),
  };
};
