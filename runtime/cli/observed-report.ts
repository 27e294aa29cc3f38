/** The observed execution of scans as a person reads it, against the time that the schedule gives a scan. */
import type { ObservedScans } from "../hypervisor/index.ts";
import type { Cycles, Hertz } from "../units.ts";

export interface ObservedPartition {
  readonly name: string;
  readonly observed: ObservedScans;
  /** Slot time that a scan has. */
  readonly scanTime: Cycles;
}

/** Over the runs that a file keeps. */
export interface HighWater {
  readonly runs: number;
  readonly most: Cycles;
}

/** Empty when nobody publishes. `highWater`: by partition; empty when no file keeps any. */
export const formatObserved = (
  partitions: readonly ObservedPartition[],
  clock: Hertz,
  highWater: readonly HighWater[] = [],
): readonly string[] => {
  if (partitions.every(({ observed }) => observed.scans === 0)) return [];
  const width = Math.max(9, ...partitions.map(({ name }) => name.length));
  const row = (name: string, columns: readonly string[]): string =>
    [name.padEnd(width), ...columns.map((text, at) => text.padStart(COLUMNS[at]![1]))].join("  ");
  const us = (count: number): string => `${((count * 1e6) / clock).toFixed(2)} µs`;
  const rows = partitions.map(({ name, observed: { scans, least, most, total }, scanTime }, index) => {
    const share = scans === 0 || scanTime === 0 ? "–" : `${((100 * most) / scanTime).toFixed(1)} %`;
    const seen = scans === 0 ? ["–", "–", "–"] : [least, total / scans, most].map(us);
    const kept = highWater[index];
    return row(name, [
      String(scans),
      ...seen,
      share,
      ...(kept === undefined ? [] : [us(kept.most), String(kept.runs)]),
    ]);
  });
  const titles = COLUMNS.map(([title]) => title);
  return [row("partition", highWater.length === 0 ? titles.slice(0, -2) : titles), ...rows];
};

/** Titles and widths. */
const COLUMNS = [
  ["scans", 9],
  ["least seen", 11],
  ["average", 11],
  ["most seen", 11],
  ["of a scan's slot time", 21],
  ["high-water", 11],
  ["runs", 5],
] as const;
