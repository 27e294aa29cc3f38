/** Draws fault schedules: each has a random subset of the kinds, which finds more than all kinds in all of them (Groce et al. 2012). */
import { type RandomNumbers, uniform, uniformAt } from "../../plants/random.ts";
import type { Fault } from "../faults/index.ts";
import { type FaultSpace, oneOf } from "./fault-space.ts";
import { asDuration, inOrder, type Schedule, type ScheduledFault } from "./schedule.ts";

export interface SwarmOptions {
  /** Of a trial, ms. */
  readonly duration: number;
  readonly mostFaults: number;
}

/** Faults begin early enough to show what comes of them: in this share of the trial. */
const BEGINNINGS = 0.8;
const SHORTEST = 20; // ms

/** The schedule of that index among those of the seed; it depends on nothing else. */
export const drawSchedule = (space: FaultSpace, seed: number, index: number, options: SwarmOptions): Schedule => {
  const random = uniform(Math.floor(uniformAt(seed, index) * 2 ** 32));
  const kinds = someOf(space.kinds, random);
  const count = 1 + Math.floor(random() * options.mostFaults);
  return inOrder(Array.from({ length: count }, () => drawFault(space, oneOf(kinds, random), random, options)));
};

const drawFault = (
  space: FaultSpace,
  kind: Fault["kind"],
  random: RandomNumbers,
  { duration }: SwarmOptions,
): ScheduledFault => {
  const at = asDuration(Math.floor(random() * BEGINNINGS * duration));
  const fault = space.draw(kind, random);
  if (random() < 0.25) return { at, fault };
  // Evenly over magnitudes: a fault of one frame is as likely as one of seconds.
  const lasting = Math.round(SHORTEST * (duration / SHORTEST) ** random());
  return { at, for: asDuration(lasting), fault };
};

/** About half of them, and one at least. */
const someOf = <Value>(values: readonly Value[], random: RandomNumbers): readonly Value[] => {
  const some = values.filter(() => random() < 0.5);
  return some.length === 0 ? [oneOf(values, random)] : some;
};
