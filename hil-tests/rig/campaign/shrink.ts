/**
 * Shrinks a schedule that fails: first to as few faults as do it (delta debugging, Zeller and Hildebrandt 2002), then each to a shorter,
 * earlier, rounder and smaller one.
 */
import { type Duration, toMilliseconds } from "../duration.ts";
import type { Fault } from "../faults/index.ts";
import { asDuration, inOrder, type Schedule, type ScheduledFault } from "./schedule.ts";

/** So many trials are enough for what a reader would notice. */
const MOST_TRIALS = 400;

export interface Shrunk {
  readonly schedule: Schedule;
  readonly trials: number;
}

/** @param fails whether a schedule fails as the one to be shrunk does: the same for the same schedule. */
export const shrink = (schedule: Schedule, fails: (schedule: Schedule) => boolean): Shrunk => {
  let trials = 0;
  const isFailing = (candidate: Schedule): boolean => {
    if (trials >= MOST_TRIALS) return false;
    trials += 1;
    return fails(candidate);
  };
  const few = fewest(schedule, isFailing);
  return { schedule: inOrder(simplest(few, isFailing)), trials };
};

/** No fault of what is left can be left out. */
const fewest = (schedule: Schedule, fails: (schedule: Schedule) => boolean): Schedule => {
  let left = schedule;
  let parts = 2;
  while (left.length > 1) {
    const smaller = withoutSome(left, parts).find(fails);
    if (smaller !== undefined) {
      left = smaller;
      parts = Math.max(2, Math.min(parts - 1, left.length));
    } else if (parts >= left.length) return left;
    else parts = Math.min(left.length, 2 * parts);
  }
  return left;
};

/** Each part alone, then all but one part. */
const withoutSome = (schedule: Schedule, parts: number): readonly Schedule[] => {
  const size = Math.ceil(schedule.length / parts);
  const cuts = Array.from({ length: Math.ceil(schedule.length / size) }, (_, part) => part * size);
  const alone = cuts.map((from) => schedule.slice(from, from + size));
  const without = cuts.map((from) => [...schedule.slice(0, from), ...schedule.slice(from + size)]);
  return [...alone, ...(parts === 2 ? [] : without)].filter(({ length }) => length > 0 && length < schedule.length);
};

const simplest = (schedule: Schedule, fails: (schedule: Schedule) => boolean): Schedule => {
  let best = schedule;
  for (let changed = true; changed; ) {
    const sooner = movedTogether(best).find(fails);
    best = sooner ?? best;
    changed = sooner !== undefined;
    for (let index = 0; index < best.length; index++) {
      const simpler = simplerThan(best[index]!).find((candidate) => fails(best.with(index, candidate)));
      if (simpler === undefined) continue;
      best = best.with(index, simpler);
      changed = true;
    }
  }
  return best;
};

/** Nearer to the beginning, as far apart as they are. */
const movedTogether = (schedule: Schedule): readonly Schedule[] => {
  const first = Math.min(...schedule.map(({ at }) => toMilliseconds(at)));
  return smallerTime(asDuration(first), 0).map((start) => {
    const by = first - toMilliseconds(start);
    return schedule.map((scheduled) => ({ ...scheduled, at: asDuration(toMilliseconds(scheduled.at) - by) }));
  });
};

/** Each is nearer to the simplest than `scheduled` is, the nearest first: there is an end to it. */
const simplerThan = ({ at, for: duration, fault }: ScheduledFault): readonly ScheduledFault[] => {
  const rest = { at, fault, ...(duration === undefined ? {} : { for: duration }) };
  return [
    ...shorter(duration).map((less) => ({ ...rest, for: less })),
    ...smallerTime(at, 0).map((earlier) => ({ ...rest, at: earlier })),
    ...smallerFaults(fault).map((smaller) => ({ ...rest, fault: smaller })),
  ];
};

/** One that lasts to the end has no length yet. */
const shorter = (duration: Duration | undefined): readonly Duration[] =>
  duration === undefined ? ["20 ms", "1 s", "5 s"] : smallerTime(duration, 20);

/** ms. */
const smallerTime = (time: Duration, least: number): readonly Duration[] => {
  const now = toMilliseconds(time);
  const wanted = [
    least,
    Math.floor(now / 2000) * 1000,
    Math.floor(now / 1000) * 1000,
    Math.floor(now / 100) * 100,
    halved(now),
  ];
  return [...new Set(wanted)].filter((value) => value >= least && value < now).map(asDuration);
};

const halved = (value: number): number => (Math.abs(value) < 40 ? value : Math.floor(value / 2));

/** Sizes of faults, as opposed to what they befall. */
const SIZES = ["by", "perSecond", "deviation", "share", "after", "seed", "upTo"];

const smallerFaults = (fault: Fault): readonly Fault[] =>
  Object.entries(fault)
    .filter(([key]) => SIZES.includes(key))
    .flatMap(([key, value]) => smallerValues(key, value).map((smaller) => ({ ...fault, [key]: smaller })));

const smallerValues = (key: string, value: unknown): readonly (number | Duration)[] => {
  if (typeof value === "string") return smallerTime(value as Duration, 1);
  return typeof value === "number" ? wantedNumbers(key, value).filter((less) => Math.abs(less) < Math.abs(value)) : [];
};

const wantedNumbers = (key: string, value: number): readonly number[] => {
  if (key === "seed") return [1];
  if (key === "after") return [0, Math.floor(value / 2)];
  return Math.abs(value) < SMALL ? [] : [oneDigit(value / 2), oneDigit(value)];
};

/** Nobody would say of a smaller one that it is simpler. */
const SMALL = 0.01;

/** Towards 0. */
const oneDigit = (value: number): number => {
  const unit = 10 ** Math.floor(Math.log10(Math.abs(value) || 1));
  return Number((Math.trunc(value / unit + Math.sign(value) * 1e-9) * unit).toPrecision(1));
};
