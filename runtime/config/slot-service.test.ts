import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gaps, leastInWindows, type Stretch, unservedRelease } from "./slot-service.ts";

/** Slots of one partition in a frame of few cycles, so that every cycle can be looked at. */
const tables = fc.integer({ min: 2, max: 40 }).chain((majorFrame) =>
  fc
    .array(fc.nat(3), { minLength: majorFrame, maxLength: majorFrame })
    .map((cells) => cells.map((cell) => cell === 0))
    .map((runs) => {
      const slots: Stretch[] = [];
      for (let at = 0; at < majorFrame; at++) {
        if (runs[at] && (at === 0 || !runs[at - 1])) slots.push({ start: at, end: at });
        if (runs[at]) slots[slots.length - 1] = { start: slots.at(-1)!.start, end: at + 1 };
      }
      return { majorFrame, runs, slots };
    }),
);
const tablesThatRun = tables.filter(({ slots }) => slots.length > 0);

const countIn = (runs: readonly boolean[], from: number, to: number): number => {
  let count = 0;
  for (let at = from; at < to; at++) if (runs[at % runs.length]) count += 1;
  return count;
};

describe("how slots serve a partition", () => {
  it("finds the least time of all periods, as counting cycle by cycle does", () => {
    fc.assert(
      fc.property(
        tablesThatRun,
        fc.integer({ min: 1, max: 10 }),
        fc.boolean(),
        ({ majorFrame, runs, slots }, times, inside) => {
          const period = inside ? majorFrame / times : majorFrame * times;
          fc.pre(Number.isInteger(period));
          const span = Math.max(period, majorFrame);
          const counts = Array.from({ length: span / period }, (_, k) => countIn(runs, k * period, (k + 1) * period));
          expect(leastInWindows(slots, majorFrame, period)).toBe(Math.min(...counts));
        },
      ),
    );
  });

  it("finds a release without a slot exactly when counting finds one", () => {
    fc.assert(
      fc.property(tablesThatRun, fc.integer({ min: 1, max: 100 }), ({ majorFrame, runs, slots }, interval) => {
        const unserved = Array.from({ length: majorFrame }, (_, k) => k * interval).filter(
          (release) => countIn(runs, release, release + interval) === 0,
        );
        const found = unservedRelease(slots, majorFrame, interval);
        if (unserved.length === 0) expect(found).toBeNull();
        else expect(unserved.map((release) => release % majorFrame)).toContain(found);
      }),
    );
  });

  it("finds the gaps, over the end of the frame too", () => {
    expect(
      gaps(
        [
          { start: 2, end: 4 },
          { start: 4, end: 6 },
          { start: 8, end: 9 },
        ],
        10,
      ),
    ).toEqual([
      { start: 6, end: 8 },
      { start: 9, end: 12 },
    ]);
    expect(gaps([{ start: 0, end: 10 }], 10)).toEqual([]);
    expect(gaps([], 10)).toEqual([]);
  });
});
