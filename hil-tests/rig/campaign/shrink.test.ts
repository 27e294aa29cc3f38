import { describe, expect, it } from "vitest";
import type { Schedule, ScheduledFault } from "../index.ts";
import { shrink } from "./shrink.ts";

/** Something that does not matter. */
const noise = (index: number): ScheduledFault => ({
  ...({ at: `${index} s`, for: `${index + 0.7} s` } as const),
  fault: { kind: "noise", channel: "a.x", deviation: 0.123 * index, seed: 77 },
});
const drift: ScheduledFault = {
  at: "3.217 s",
  for: "6.5 s",
  fault: { kind: "drift", channel: "a.y", perSecond: -0.473 },
};
const silence: ScheduledFault = { at: "7.9 s", fault: { kind: "silence", device: "d" } };
const twenty: Schedule = [...Array.from({ length: 18 }, (_, index) => noise(index + 1)), drift, silence];

/** Needs a drift of some size, and a silence that begins in its time. */
const breaks = (schedule: Schedule): boolean => {
  const seconds = (text = "1000 s") => Number.parseFloat(text) / (text.endsWith(" ms") ? 1000 : 1);
  return schedule.some(
    ({ at, for: duration, fault }) =>
      fault.kind === "drift" &&
      fault.perSecond <= -0.2 &&
      schedule.some(
        (other) =>
          other.fault.kind === "silence" &&
          seconds(other.at) >= seconds(at) &&
          seconds(other.at) < seconds(at) + seconds(duration),
      ),
  );
};

describe("shrinking", () => {
  it("leaves two faults of twenty, short, early and round", () => {
    const { schedule, trials } = shrink(twenty, breaks);
    expect(schedule).toEqual([
      { at: "0 ms", for: "20 ms", fault: { kind: "drift", channel: "a.y", perSecond: -0.2 } },
      { at: "0 ms", for: "20 ms", fault: { kind: "silence", device: "d" } },
    ]);
    expect(trials).toBeLessThan(150);
  });

  it("keeps what fails as it is when nothing simpler fails", () => {
    const one: Schedule = [{ at: "1.234 s", for: "0.777 s", fault: { kind: "crash", partition: "p" } }];
    const same = (schedule: Schedule) => JSON.stringify(schedule) === JSON.stringify(one);
    expect(shrink(one, same).schedule).toEqual(one);
  });

  it("ends, whatever fails", () => {
    const { schedule, trials } = shrink(twenty, () => true);
    expect([schedule.length, trials <= 400]).toEqual([1, true]);
  });
});
