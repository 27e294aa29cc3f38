/** What partitions ask of a slot table, and what a slot table is to a planner: times are whole cycles (Liu and Layland 1973 for the words). */
import { greatestCommonDivisor, leastCommonMultiple } from "../arithmetic.ts";
import type { TimeRequirement } from "../config/index.ts";

/** What one partition requires: a job of it is released at every multiple of its period. */
export interface Demand extends TimeRequirement {
  readonly partition: string;
}

export interface PlannedSlot {
  readonly partition: string;
  readonly hart: number;
  /** From the start of the major frame. */
  readonly start: number;
  readonly duration: number;
}

/** One of a partition's requirements, by its key in the config. */
export interface Requirement {
  readonly partition: string;
  readonly kind: "duration" | "deadline" | "jitter" | "after" | "hart";
  /** With "after": which one. */
  readonly of: string | null;
}

/** How regular a table is, the best first. */
export const MANNERS = ["periodic", "shifted", "divided"] as const;
/**
 * "periodic": each partition's slots lie a whole period apart. "shifted": they move within their periods. "divided": some jobs
 * have their time in several slots.
 */
export type Manner = (typeof MANNERS)[number];

export type Plan =
  | {
      readonly kind: "planned";
      readonly manner: Manner;
      readonly majorFrame: number;
      /** In order of start, then hart. */
      readonly slots: readonly PlannedSlot[];
    }
  /** No table keeps all of these; without any one of them there may be one. */
  | { readonly kind: "clash"; readonly requirements: readonly Requirement[] }
  /** The time ran out before there was a table, or a proof that there is none. */
  | { readonly kind: "unknown" };

/** The least common multiple of all periods; Infinity beyond exact numbers. */
export const hyperperiodOf = (demands: readonly Demand[]): number =>
  demands.reduce((all, { period }) => {
    const multiple = leastCommonMultiple(all, period);
    return Number.isSafeInteger(multiple) ? multiple : Infinity;
  }, 1);

/** Jobs of all demands in a hyperperiod. */
export const jobCount = (demands: readonly Demand[], hyperperiod: number): number =>
  demands.reduce((sum, { period }) => sum + hyperperiod / period, 0);

/** The longest stretch of which all times are whole multiples. */
export const commonUnit = (demands: readonly Demand[]): number =>
  demands.reduce(
    (unit, { period, duration, deadline, jitter }) =>
      [period, duration, deadline, jitter ?? 0].reduce(greatestCommonDivisor, unit),
    0,
  );

/** With all times divided by `unit`, a common unit of theirs. */
export const inUnits = (demand: Demand, unit: number): Demand => ({
  ...demand,
  period: demand.period / unit,
  duration: demand.duration / unit,
  deadline: demand.deadline / unit,
  jitter: demand.jitter === null ? null : demand.jitter / unit,
});
