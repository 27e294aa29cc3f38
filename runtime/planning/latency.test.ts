import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leastCommonMultiple } from "../arithmetic.ts";
import type { CyclicTask, Schedule, Slot } from "../system.ts";
import { cycles } from "../units.ts";
import { worstAlong } from "./latency.ts";
import { ScanSeries, scansOf } from "./scans.ts";

const scheduleOf = (
  majorFrame: number,
  slots: readonly (readonly [partition: number, start: number, duration: number])[],
) =>
  ({
    name: "normal",
    majorFrame: cycles(majorFrame),
    slots: slots.map(([partition, start, duration], index): Slot => {
      return { index, hart: 0, partition, start: cycles(start), duration: cycles(duration) };
    }),
  }) as unknown as Schedule;

const task = (interval: number): CyclicTask => ({ name: null, interval: cycles(interval), event: null });
const scans = (index: number, intervals: readonly number[], schedule: Schedule) =>
  scansOf({ index, tasks: intervals.map(task) }, schedule);

describe("the scans of a partition", () => {
  const schedule = scheduleOf(20, [
    [0, 2, 4],
    [1, 6, 3],
    [0, 12, 4],
  ]);

  it("are one a slot where nobody knows when they are released", () => {
    expect(scans(0, [], schedule)).toEqual(
      new ScanSeries(
        [
          { latch: 2, effect: 6 },
          { latch: 12, effect: 16 },
        ],
        20,
      ),
    );
  });

  it("are in the slot during which they are released, or the next one", () => {
    // Released at 0, 15 (in the slot from 12 on), 30 (next: 32), 45 (in that of 42).
    expect(scans(0, [15], schedule)?.scans).toEqual([
      { latch: 2, effect: 6 },
      { latch: 12, effect: 16 },
      { latch: 32, effect: 36 },
      { latch: 42, effect: 46 },
    ]);
  });

  it("are those of the slowest task", () => {
    expect(scans(0, [5, 20], schedule)?.scans).toEqual([{ latch: 2, effect: 6 }]);
  });

  it("cannot be told without a slot", () => {
    expect(scans(2, [], schedule)).toBeNull();
  });
});

/** The same by letting values travel, time step after time step; a value is the time at which its input was taken or changed. */
const simulated = (series: readonly ScanSeries[]) => {
  const period = series.reduce((all, one) => leastCommonMultiple(all, one.period), 1);
  const horizon = 8 * period + 200;
  // shown[i][t]: what partition i shows at t, as the latch time of the first partition's scan that it rests on.
  const shown = series.map(() => new Array<number>(horizon).fill(-1));
  for (const [at, one] of series.entries()) {
    for (let start = 0; start < horizon; start += one.period) {
      for (const { latch, effect } of one.scans) {
        const value = at === 0 ? latch + start : (shown[at - 1]![latch + start] ?? -1);
        for (let t = effect + start; t < horizon; t++) shown[at]![t] = value;
      }
    }
  }
  const last = shown.at(-1)!;
  let [reaction, age] = [0, 0];
  for (let t = 4 * period; t < 6 * period; t++) {
    // Just before t, what was shown last is as old as it gets.
    if (last[t - 1]! >= 0) age = Math.max(age, t - last[t - 1]!);
    // A change just after t is first seen where something is shown that was latched later.
    const seen = last.findIndex((value, when) => when > t && value > t);
    if (seen >= 0) reaction = Math.max(reaction, seen - t);
  }
  return { reaction, age };
};

const arbitrarySeries = fc
  .record({
    period: fc.constantFrom(4, 6, 8, 12),
    cuts: fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { minLength: 2, maxLength: 4 }),
  })
  .map(({ period, cuts }) => {
    const edges = [...new Set(cuts.map((cut) => cut % period))].sort((a, b) => a - b);
    const pairs = edges.flatMap((latch, at) => (at % 2 === 0 ? [{ latch, effect: edges[at + 1] ?? period }] : []));
    return new ScanSeries(pairs, period);
  });

describe("worst latencies", () => {
  it("of one partition with one slot: a change that comes too late waits a frame", () => {
    expect(worstAlong([new ScanSeries([{ latch: 2, effect: 6 }], 20)])).toBe(24);
  });

  it("depend on who comes first in the frame", () => {
    const first = new ScanSeries([{ latch: 0, effect: 4 }], 20);
    const second = new ScanSeries([{ latch: 4, effect: 7 }], 20);
    expect(worstAlong([first, second])).toBe(27);
    expect(worstAlong([second, first])).toBe(40);
  });

  it("are those that values have which travel through the slots", () => {
    fc.assert(
      fc.property(fc.array(arbitrarySeries, { minLength: 1, maxLength: 3 }), (series) => {
        const worst = worstAlong(series);
        expect(simulated(series)).toEqual({ reaction: worst, age: worst });
      }),
      { numRuns: 300 },
    );
  });
});
