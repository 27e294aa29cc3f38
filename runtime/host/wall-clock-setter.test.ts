import { expect, it } from "vitest";
import { cycles, hertz } from "../units.ts";
import { LatenessHistogram } from "./lateness.ts";
import { Pacer } from "./pacer.ts";
import { WallClockSetter } from "./wall-clock-setter.ts";

it("sets the clock when the host's differs, as of when a frame is due and not as of when it starts", () => {
  let [now, wall] = [100, 1_800_000_000_000];
  const clock = { monotonicMs: () => now, nowMs: () => wall };
  const boardClock = hertz(1_000_000);
  const pacer = new Pacer({
    ...{ clock, boardClock, maxLateness: cycles(1e9), lateness: new LatenessHistogram() },
    control: new Int32Array(new SharedArrayBuffer(4)),
    anchor: new Float64Array(2),
    onAnchor: () => {},
  });
  pacer.anchor(cycles(0));
  const told: number[][] = [];
  const setter = new WallClockSetter(clock, pacer, boardClock, (cycle, timeMs) => told.push([cycle, timeMs]));
  const pass = (ms: number): void => {
    now += ms;
    wall += ms;
  };
  const shown = (ms: number) => () => BigInt(ms) * 1_000_000n;
  expect(setter.correction(cycles(0), shown(0))).toEqual({
    ...{ kind: "setClock", time: { seconds: 1_800_000_000, nanoseconds: 0 } },
  });
  // Late by 300 ms: the clock is right all the same.
  pass(1300);
  expect(setter.correction(cycles(1_000_000), shown(1_800_000_001_000))).toBeNull();
  // Set by an hour: noticed a second later.
  wall += 3_600_000;
  expect(setter.correction(cycles(1_500_000), shown(1_800_000_001_500))).toBeNull();
  pass(700);
  expect(setter.correction(cycles(2_000_000), shown(1_800_000_002_000))).toMatchObject({
    time: { seconds: 1_800_003_602, nanoseconds: 0 },
  });
  // A new pace is looked at at once.
  pass(250);
  pacer.anchor(cycles(2_050_000));
  setter.lookAgain();
  expect(setter.correction(cycles(2_050_000), shown(1_800_003_602_050))).toMatchObject({
    time: { seconds: 1_800_003_602, nanoseconds: 250_000_000 },
  });
  // Whoever turns board time into host time hears of it, too.
  expect(told).toEqual([
    [0, 1_800_000_000_000],
    [2_000_000, 1_800_003_602_000],
    [2_050_000, 1_800_003_602_250],
  ]);
});
