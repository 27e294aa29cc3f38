/**
 * Jobs that may be divided, put into what others leave of a hart: the one whose deadline comes first goes first, which finds room
 * whenever there is room (Dertouzos 1974).
 */
import type { Demand, PlannedSlot } from "./demand.ts";

export interface Stretch {
  readonly start: number;
  readonly end: number;
}

export type Filling =
  | { readonly kind: "filled"; readonly slots: readonly PlannedSlot[] }
  /** The jobs that must have all their time within this stretch ask for more than is free in it. */
  | { readonly kind: "overloaded"; readonly stretch: Stretch };

interface Job {
  readonly partition: string;
  readonly release: number;
  readonly deadline: number;
  rest: number;
}

const jobsOf = (demands: readonly Demand[], hyperperiod: number): Job[] =>
  demands.flatMap(({ partition, period, duration, deadline }) =>
    Array.from({ length: hyperperiod / period }, (_, k) => ({
      partition,
      release: k * period,
      deadline: k * period + deadline,
      rest: duration,
    })),
  );

/** @param taken in order of start, without overlaps, within 0 … hyperperiod. */
export const fill = (
  demands: readonly Demand[],
  taken: readonly Stretch[],
  hart: number,
  hyperperiod: number,
): Filling => {
  const jobs = jobsOf(demands, hyperperiod).sort((a, b) => a.release - b.release);
  const slots: PlannedSlot[] = [];
  const ready = new Set<Job>();
  let missed = Infinity;
  let next = 0;
  for (const { start, end } of freeStretches(taken, hyperperiod)) {
    let now = start;
    while (now < end) {
      while (next < jobs.length && jobs[next]!.release <= now) ready.add(jobs[next++]!);
      const job = mostUrgent(ready);
      const until = Math.min(end, jobs[next]?.release ?? Infinity, now + (job?.rest ?? Infinity));
      if (job !== null) {
        give(slots, job, hart, now, until);
        job.rest -= until - now;
        if (job.rest === 0) ready.delete(job);
        if (until > job.deadline) missed = Math.min(missed, job.deadline);
      }
      now = until;
    }
  }
  for (const { rest, deadline } of jobs) if (rest > 0) missed = Math.min(missed, deadline);
  if (missed === Infinity) return { kind: "filled", slots };
  return { kind: "overloaded", stretch: overloaded(demands, taken, hyperperiod, missed) };
};

const mostUrgent = (jobs: ReadonlySet<Job>): Job | null => {
  let first: Job | null = null;
  for (const job of jobs) if (first === null || job.deadline < first.deadline) first = job;
  return first;
};

/** What is not taken. */
const freeStretches = (taken: readonly Stretch[], hyperperiod: number): readonly Stretch[] => {
  const edges = [0, ...taken.flatMap(({ start, end }) => [start, end]), hyperperiod];
  return Array.from({ length: edges.length / 2 }, (_, i) => ({ start: edges[2 * i]!, end: edges[2 * i + 1]! })).filter(
    ({ start, end }) => end > start,
  );
};

/** Goes on with the last slot when that is the job's and has just ended. */
const give = (slots: PlannedSlot[], { partition, release }: Job, hart: number, start: number, end: number): void => {
  const last = slots.at(-1);
  if (last?.partition === partition && last.start + last.duration === start && last.start >= release) {
    slots[slots.length - 1] = { ...last, duration: end - last.start };
  } else slots.push({ partition, hart, start, duration: end - start });
};

/** Time that jobs released at `stretch.start` or later must have had by `stretch.end`. */
export const demandIn = ({ period, duration, deadline }: Demand, { start, end }: Stretch): number => {
  const first = Math.ceil(start / period);
  const last = Math.floor((end - deadline) / period);
  return Math.max(0, last - first + 1) * duration;
};

/** A stretch, up to this deadline or an earlier one, in which more is demanded than is free; there is one when a deadline is missed. */
const overloaded = (
  demands: readonly Demand[],
  taken: readonly Stretch[],
  hyperperiod: number,
  missed: number,
): Stretch => {
  const jobs = jobsOf(demands, hyperperiod);
  const starts = [...new Set(jobs.map(({ release }) => release))].sort((a, b) => b - a);
  const ends = [...new Set(jobs.map(({ deadline }) => deadline))].filter((end) => end <= missed).sort((a, b) => a - b);
  for (const end of ends) {
    for (const start of starts.filter((one) => one < end)) {
      const free = end - start - taken.reduce((sum, one) => sum + overlap(one, { start, end }), 0);
      if (demands.reduce((sum, demand) => sum + demandIn(demand, { start, end }), 0) > free) return { start, end };
    }
  }
  throw new Error("a job missed its deadline although every stretch has room for what it must hold");
};

const overlap = (a: Stretch, b: Stretch): number => Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start));
