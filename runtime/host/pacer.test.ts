import { describe, expect, it } from "vitest";
import { cycles, hertz } from "../units.ts";
import type { Clock } from "./clock.ts";
import { LatenessHistogram } from "./lateness.ts";
import { Pacer } from "./pacer.ts";

/** A clock that moves by `stepMs` at each look, so that spinning ends. */
class SteppingClock implements Clock {
  ms = 1000;
  stepMs = 0.01;
  nowMs(): number {
    return this.ms;
  }
  monotonicMs(): number {
    this.ms += this.stepMs;
    return this.ms;
  }
}

const setUp = () => {
  const clock = new SteppingClock();
  const lateness = new LatenessHistogram();
  const anchors: number[] = [];
  const pacer = new Pacer({
    clock,
    boardClock: hertz(1_000_000),
    maxLateness: cycles(100_000),
    lateness,
    control: new Int32Array(new SharedArrayBuffer(4)),
    anchor: new Float64Array(2),
    onAnchor: (cycle) => anchors.push(cycle),
  });
  pacer.anchor(cycles(0));
  return { clock, lateness, pacer, anchors, start: clock.ms };
};

describe("a pacer", () => {
  it("holds a boundary back until it is due", () => {
    const { clock, pacer, start } = setUp();
    expect(pacer.waitFor(cycles(100))).toBe(true);
    expect(clock.ms - start).toBeGreaterThanOrEqual(0.1);
    expect(clock.ms - start).toBeLessThan(0.15);
  });

  it("lets a late run catch up without moving later boundaries", () => {
    const { clock, pacer, lateness, start, anchors } = setUp();
    clock.ms += 50;
    expect(pacer.waitFor(cycles(1000))).toBe(true);
    expect(lateness.report().worstUs).toBeGreaterThan(48_000);
    clock.ms = start + 51.9;
    pacer.waitFor(cycles(52_000));
    expect(clock.ms - start).toBeLessThan(52.1);
    expect(anchors).toEqual([0]);
  });

  it("starts its pace afresh, and says so, when it is later than allowed", () => {
    const { clock, pacer, lateness, anchors } = setUp();
    clock.ms += 500;
    expect(pacer.waitFor(cycles(1000))).toBe(false);
    expect(anchors).toEqual([0, 1000]);
    expect(lateness.report().slips).toBe(1);
    const from = clock.ms;
    expect(pacer.waitFor(cycles(1100))).toBe(true);
    expect(clock.ms - from).toBeGreaterThan(0.08);
  });
});

describe("a lateness histogram", () => {
  it("puts each value into the bucket that bounds it", () => {
    const lateness = new LatenessHistogram();
    for (const us of [0, 0.5, 1, 1.9, 2, 100, 1e9]) lateness.add(us);
    expect(lateness.report().buckets).toEqual([
      [1, 2],
      [2, 2],
      [4, 1],
      [128, 1],
      [2 ** 23, 1],
    ]);
    expect(lateness.report()).toMatchObject({ count: 7, worstUs: 1e9 });
  });
});
