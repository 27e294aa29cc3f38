/** Compares what channels were in two runs, sample by sample, up to a tolerance of values and a latency. */
import type { PointValue } from "../system.ts";

/** Channels looked at at the same times. */
export interface SampledTrace {
  /** s, ascending. */
  readonly times: readonly number[];
  /** By channel, a value for each of the times; null: of bad quality. */
  readonly channels: ReadonlyMap<string, readonly (PointValue | null)[]>;
}

export interface Closeness {
  /** Numbers are equal that differ by no more. */
  readonly tolerance: number;
  /** A value may come so much sooner or later, s. */
  readonly latency: number;
}

/** Of one channel that both traces have. */
export interface ChannelDifference {
  readonly name: string;
  /** Of the first sample of either trace that the other one has nowhere near, s. */
  readonly time: number;
  /** There, in the first and in the second trace. */
  readonly values: readonly [PointValue | null, PointValue | null];
  /** Samples of both for which that is so. */
  readonly samples: number;
}

/** Times are sums of frames, which are not exact; s. */
const HAIR = 1e-9;

const areClose = (a: PointValue | null, b: PointValue | null, tolerance: number): boolean => {
  if (Object.is(a, b) || a === b) return true;
  if ((typeof a !== "number" && typeof a !== "bigint") || (typeof b !== "number" && typeof b !== "bigint"))
    return false;
  return Math.abs(Number(a) - Number(b)) <= tolerance;
};

/** @returns those of the channels of both that differ, in the order of the first; a trace that ends sooner is compared as far as it goes. */
export const differencesBetween = (
  first: SampledTrace,
  second: SampledTrace,
  closeness: Closeness,
): readonly ChannelDifference[] => {
  const end = Math.min(first.times.at(-1) ?? 0, second.times.at(-1) ?? 0) + HAIR;
  return [...first.channels].flatMap(([name, values]) => {
    const others = second.channels.get(name);
    if (others === undefined) return [];
    const there = missing({ times: first.times, values }, { times: second.times, values: others }, closeness, end);
    const back = missing({ times: second.times, values: others }, { times: first.times, values }, closeness, end);
    const found = [...there, ...back];
    if (found.length === 0) return [];
    const time = found.reduce((least, each) => Math.min(least, each));
    const at = (trace: SampledTrace, its: readonly (PointValue | null)[]) =>
      its[trace.times.findLastIndex((each) => each <= time + HAIR)] ?? null;
    return [{ name, time, values: [at(first, values), at(second, others)] as const, samples: found.length }];
  });
};

interface Series {
  readonly times: readonly number[];
  readonly values: readonly (PointValue | null)[];
}

/** Times of the samples up to `end` that `in` has nowhere near. */
const missing = (of: Series, within: Series, { tolerance, latency }: Closeness, end: number): readonly number[] => {
  const found: number[] = [];
  let from = 0;
  for (const [index, time] of of.times.entries()) {
    if (time > end) break;
    // The value that holds when the window begins is in it, too.
    while (from + 1 < within.times.length && within.times[from + 1]! <= time - latency + HAIR) from += 1;
    const value = of.values[index]!;
    let isThere = false;
    for (let at = from; !isThere && at < within.times.length && within.times[at]! <= time + latency + HAIR; at++) {
      isThere = areClose(value, within.values[at]!, tolerance);
    }
    if (!isThere) found.push(time);
  }
  return found;
};
