/**
 * How old the data behind an output can become, from the latch of an input through any number of partitions. That is also how late
 * a change of an input is answered at worst: both are the same (Günzel et al. 2023, on maximum reaction time and maximum data
 * age). Sampling channels hand the last value on; which input a program uses for which output is not known, so every output is
 * taken to depend on every input.
 */
import { leastCommonMultiple } from "../arithmetic.ts";
import type { Schedule, System } from "../system.ts";
import { type ScanSeries, scansOf } from "./scans.ts";

/** A way from a partition's inputs through channels to another's outputs. */
export interface Chain {
  /** Indices of partitions, in the order of the data. */
  readonly partitions: readonly number[];
  /** Of the sampling channels between them. */
  readonly channels: readonly number[];
}

export interface Latency {
  readonly chain: Chain;
  /** Board cycles; null: it cannot be told, see `scansOf`. */
  readonly worst: number | null;
}

/** More chains than this are not followed: a module in which everything talks to everything has very many. */
export const MOST_CHAINS = 500;
/** Scans that are followed along a chain before all repeats. */
const MOST_ROUNDS = 100_000;

type ChannelEnds = Pick<System, "partitions" | "samplingChannels">;

/** All chains without a circle, in the order in which partitions and channels stand in the config. */
const chainsOf = ({ partitions, samplingChannels }: ChannelEnds): readonly Chain[] => {
  const found: Chain[] = [];
  const follow = (chain: Chain): void => {
    if (found.length >= MOST_CHAINS) return;
    found.push(chain);
    for (const [channel, { from, to }] of samplingChannels.entries()) {
      if (from.partition !== chain.partitions.at(-1)) continue;
      for (const next of new Set(to.map(({ partition }) => partition))) {
        const isKnown = found.some((one) => isSamePath(one, [...chain.partitions, next]));
        if (chain.partitions.includes(next) || isKnown) continue;
        follow({ partitions: [...chain.partitions, next], channels: [...chain.channels, channel] });
      }
    }
  };
  for (const { index, points } of partitions) {
    if (points.some(({ direction }) => direction === "input")) follow({ partitions: [index], channels: [] });
  }
  return found.filter(({ partitions: path }) => hasOutput(partitions[path.at(-1)!]!));
};

const hasOutput = ({ points }: System["partitions"][number]): boolean =>
  points.some(({ direction }) => direction === "output");

const isSamePath = ({ partitions }: Chain, path: readonly number[]): boolean =>
  partitions.length === path.length && partitions.every((partition, at) => partition === path[at]);

export const latenciesOf = (system: System, schedule: Schedule): readonly Latency[] => {
  const series = system.partitions.map((partition) => scansOf(partition, schedule));
  return chainsOf(system).map((chain) => {
    const along = chain.partitions.flatMap((partition) => series[partition] ?? []);
    return { chain, worst: along.length === chain.partitions.length ? worstAlong(along) : null };
  });
};

/** @param series of the partitions of a chain. */
export const worstAlong = (series: readonly ScanSeries[]): number | null => {
  const first = series[0]!;
  const period = series.reduce((all, one) => leastCommonMultiple(all, one.period), 1);
  if (!Number.isSafeInteger(period) || (period / first.period) * first.scans.length > MOST_ROUNDS) return null;
  let worst = 0;
  for (let start = 0; start < period; start += first.period) {
    for (const { latch } of first.scans) {
      // A change that comes just too late for this scan.
      let time = start + latch + 1;
      for (const one of series) time = one.firstFrom(time).effect;
      worst = Math.max(worst, time - start - latch);
    }
  }
  return worst;
};
