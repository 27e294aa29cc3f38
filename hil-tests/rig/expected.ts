/** What a test expects of a channel's value: the value itself, a range of them, or a condition. */
import type { PointValue } from "../../runtime/system.ts";

/** A condition on a value, with the words that a failure uses for it. */
export interface ValueCondition {
  readonly words: string;
  readonly holds: (value: PointValue) => boolean;
}

export type Expected = PointValue | ValueCondition;

const isCondition = (expected: Expected): expected is ValueCondition => typeof expected === "object";

export const conditionOf = (expected: Expected): ValueCondition =>
  isCondition(expected)
    ? expected
    : { words: String(expected), holds: (value) => (typeof expected === typeof value ? value === expected : false) };

/** Of numbers and integers of 64 bits; neither BOOLs nor NaN are anywhere. */
const numeric =
  (holds: (value: number) => boolean) =>
  (value: PointValue): boolean =>
    (typeof value === "number" || typeof value === "bigint") && holds(Number(value));

export const above = (limit: number): ValueCondition => ({
  words: `above ${limit}`,
  holds: numeric((value) => value > limit),
});

export const below = (limit: number): ValueCondition => ({
  words: `below ${limit}`,
  holds: numeric((value) => value < limit),
});

/** Limits included. */
export const between = (least: number, greatest: number): ValueCondition => ({
  words: `between ${least} and ${greatest}`,
  holds: numeric((value) => value >= least && value <= greatest),
});

/** Within `tolerance` of it. */
export const near = (target: number, tolerance: number): ValueCondition => ({
  words: `within ${tolerance} of ${target}`,
  holds: numeric((value) => Math.abs(value - target) <= tolerance),
});
