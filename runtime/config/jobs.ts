/** What a slot table gives the jobs of a partition: one is released at the start of each of its periods. */
import type { Stretch } from "./slot-service.ts";

/** Times from the job's release. */
export interface ServedJob {
  /** The release, from the start of the first frame. */
  readonly release: number;
  /** Where its first slot begins, or goes on from the period before; Infinity: it has none. */
  readonly start: number;
  /** Where it has had its duration; Infinity: it has not, before the next release. */
  readonly completion: number;
}

/**
 * All jobs before everything repeats. One of period and frame is a multiple of the other.
 * @param slots of one partition, in order of start.
 */
export const jobsOf = (
  slots: readonly Stretch[],
  majorFrame: number,
  { period, duration }: { readonly period: number; readonly duration: number },
): readonly ServedJob[] => {
  const span = Math.max(majorFrame, period);
  const all = Array.from({ length: span / majorFrame }, (_, frame) =>
    slots.map(({ start, end }) => ({ start: start + frame * majorFrame, end: end + frame * majorFrame })),
  ).flat();
  return Array.from({ length: span / period }, (_, job) => serve(all, job * period, period, duration));
};

const serve = (slots: readonly Stretch[], release: number, period: number, duration: number): ServedJob => {
  const next = release + period;
  const own = slots
    .filter(({ start, end }) => end > release && start < next)
    .map(({ start, end }) => ({ start: Math.max(start, release), end: Math.min(end, next) }));
  let rest = duration;
  let completion = Infinity;
  for (const { start, end } of own) {
    if (rest > 0 && end - start >= rest) completion = start + rest - release;
    rest -= end - start;
  }
  return { release, start: (own[0]?.start ?? Infinity) - release, completion };
};

/** How far apart the starts of jobs are, seen from their releases. */
export const jitterOf = (jobs: readonly ServedJob[]): number => {
  const starts = jobs.map(({ start }) => start);
  return Math.max(...starts) - Math.min(...starts);
};
