/** Moves slots to the left as far as they go while their order stays: a solver's starts are right, but they are any. */
import type { Demand } from "./demand.ts";
import type { Placed } from "./whole-slots.ts";

/** @param jobs in order of start. @returns them with the earliest starts that this order allows, and as regular as they were. */
export const tighten = (jobs: readonly Placed[], periodic: boolean): readonly Placed[] => {
  const start = new Map<Placed, number>(jobs.map((job) => [job, job.job * job.demand.period]));
  const at = (job: Placed): number => start.get(job)!;
  const jobsOf = groups(jobs, ({ demand }) => demand);
  const earliest = (job: Placed, before: Placed | undefined, ofSame: readonly Placed[]): number => {
    const { period, jitter } = job.demand;
    const release = job.job * period;
    const offsets = ofSame.map((one) => at(one) - one.job * period);
    const spread = periodic ? 0 : (jitter ?? Infinity);
    const predecessors = job.demand.after.map((name) => find(jobsOf, name, job.job));
    const ends = [before, ...predecessors].map((one) => (one === undefined ? 0 : at(one) + one.demand.duration));
    return Math.max(at(job), release + Math.max(...offsets) - spread, ...ends);
  };
  const harts = [...groups(jobs, ({ hart }) => hart).values()];
  for (let changed = true; changed; ) {
    changed = false;
    for (const onHart of harts) {
      for (const [index, job] of onHart.entries()) {
        const least = earliest(job, onHart[index - 1], jobsOf.get(job.demand)!);
        changed ||= least > at(job);
        start.set(job, least);
      }
    }
  }
  return jobs.map((job) => ({ ...job, start: at(job) })).sort((a, b) => a.start - b.start || a.hart - b.hart);
};

const groups = <Key>(jobs: readonly Placed[], keyOf: (job: Placed) => Key): Map<Key, Placed[]> => {
  const found = new Map<Key, Placed[]>();
  for (const job of jobs) found.set(keyOf(job), [...(found.get(keyOf(job)) ?? []), job]);
  return found;
};

const find = (jobs: ReadonlyMap<Demand, readonly Placed[]>, partition: string, job: number): Placed | undefined => {
  for (const [demand, own] of jobs) if (demand.partition === partition) return own.find((one) => one.job === job);
  return undefined;
};
