/**
 * When a partition's scans take their inputs and when their outputs take effect, under one slot table: the inputs are those fixed at
 * the start of the slot, and outputs are seen from its end on (design.md "At a boundary"). A scan is taken to end in the slot in
 * which it begins; the observed execution of `partita run` shows whether it does.
 */
import { leastCommonMultiple } from "../arithmetic.ts";
import type { Partition, Schedule, Slot } from "../system.ts";

/** Board cycles from the start of a frame. */
export interface Scan {
  /** Start of its slot. */
  readonly latch: number;
  /** End of its slot. */
  readonly effect: number;
}

/** Scans that repeat; in order, at least one. */
export class ScanSeries {
  readonly period: number;
  readonly scans: readonly Scan[];

  constructor(scans: readonly Scan[], period: number) {
    this.scans = scans;
    this.period = period;
  }

  /** The first scan that takes its inputs at `time` or later. */
  firstFrom(time: number): Scan {
    const round = Math.floor(time / this.period);
    const inRound = this.scans.find(({ latch }) => latch + round * this.period >= time);
    const by = (inRound === undefined ? round + 1 : round) * this.period;
    const { latch, effect } = inRound ?? this.scans[0]!;
    return { latch: latch + by, effect: effect + by };
  }
}

/** More scans than this before all repeats are not looked at. */
const MOST_SCANS = 100_000;

/**
 * Of the partition's slowest task; one a slot where nobody says when it is released. null: it has no slot in this schedule, or its
 * releases and the frame have too long a common period.
 */
export const scansOf = (
  { index, tasks }: Pick<Partition, "index" | "tasks">,
  schedule: Schedule,
): ScanSeries | null => {
  const { majorFrame } = schedule;
  const slots = schedule.slots.filter(({ partition }) => partition === index);
  if (slots.length === 0) return null;
  const interval = Math.max(0, ...tasks.map((task) => task.interval));
  if (interval === 0) return new ScanSeries(slots.map(scanIn(0)), majorFrame);
  const period = leastCommonMultiple(interval, majorFrame);
  if (period / interval > MOST_SCANS || period / majorFrame > MOST_SCANS) return null;
  const scans = new Map<number, Scan>();
  for (let release = 0; release < period; release += interval) {
    const scan = serving(slots, majorFrame, release);
    scans.set(scan.latch % period, {
      latch: scan.latch % period,
      effect: (scan.latch % period) + scan.effect - scan.latch,
    });
  }
  return new ScanSeries(
    [...scans.values()].sort((a, b) => a.latch - b.latch),
    period,
  );
};

const scanIn =
  (frameStart: number) =>
  ({ start, duration }: Slot): Scan => ({ latch: frameStart + start, effect: frameStart + start + duration });

/** In the slot during which the release comes, or the next one. */
const serving = (slots: readonly Slot[], majorFrame: number, release: number): Scan => {
  const frameStart = Math.floor(release / majorFrame) * majorFrame;
  const slot = slots.find(({ start, duration }) => frameStart + start + duration > release);
  return slot === undefined ? scanIn(frameStart + majorFrame)(slots[0]!) : scanIn(frameStart)(slot);
};
