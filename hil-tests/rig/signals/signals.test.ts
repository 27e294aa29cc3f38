/** Signals against what each segment says, and against each other. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { csv, hold, loop, noise, pulse, ramp, type Segment, samples, saw, signalOf, sine, step } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "partita-signals-"));
afterAll(() => rmSync(folder, { recursive: true }));

const at = (segments: readonly Segment[], times: readonly number[], from = 0): number[] => {
  const signal = signalOf(segments, from);
  return times.map((time) => Number(signal.at(time).toFixed(9)));
};

describe("a signal", () => {
  it("is its segments one behind the other, and keeps the last value", () => {
    const segments = [hold("1 s"), ramp(10, "2 s"), step(3, "1 s"), step(4, "0.5 s")];
    expect(signalOf(segments, 2).duration).toBe(4.5);
    expect(at(segments, [0, 0.999, 1, 2, 2.999999, 3, 3.9, 4, 4.5, 100], 2)).toEqual([
      2, 2, 2, 6, 9.999996, 3, 3, 4, 4, 4,
    ]);
    expect(at([], [0, 5], 7)).toEqual([7, 7]);
  });

  it("begins a segment on time where its start is a sum of fractions", () => {
    const tenths = Array.from({ length: 10 }, (_, i) => step(i, "0.1 s"));
    expect(at(tenths, [0.1 + 0.2, 0.3, 0.6, 0.7999999999, 0.9])).toEqual([3, 3, 6, 8, 9]);
  });

  it("swings, rises and pulses in its periods", () => {
    expect(at([sine({ amplitude: 2, period: "4 s" })], [0, 1, 2, 3, 5], 1)).toEqual([1, 3, 1, -1, 3]);
    expect(at([sine({ amplitude: 1, period: "4 s", offset: 0, phase: 90 })], [0, 2])).toEqual([1, -1]);
    expect(at([saw({ low: 1, high: 3, period: "2 s" })], [0, 0.5, 1, 2, 3.5])).toEqual([1, 1.5, 2, 1, 2.5]);
    expect(at([pulse({ high: true, period: "1 s", width: "100 ms" })], [0, 0.05, 0.1, 0.9, 1, 1.05])).toEqual([
      1, 1, 0, 0, 1, 1,
    ]);
    expect(at([pulse({ low: 5, high: 8, period: "1 s" })], [0.3, 0.3 + 0.2, 0.7])).toEqual([8, 5, 5]);
  });

  it("repeats a loop, each round from where the one before ended", () => {
    const climbing = loop(3, [ramp(5, "1 s"), hold("1 s")]);
    expect(climbing.duration).toBe(6);
    expect(at([climbing], [0.5, 1.5, 2.5, 6])).toEqual([2.5, 5, 5, 5]);
    expect(() => loop(0, [])).toThrow("1 time or more, not 0");
  });

  it("has noise with its mean and deviation, the same for the same seed", () => {
    const draw = (seed: number) =>
      at(
        [noise({ mean: 3, deviation: 0.5, seed })],
        Array.from({ length: 4000 }, (_, i) => i / 100),
      );
    const values = draw(7);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    expect(mean).toBeCloseTo(3, 1);
    expect(deviation).toBeCloseTo(0.5, 1);
    expect(draw(7)).toEqual(values);
    expect(draw(8)).not.toEqual(values);
    const correlation = values.slice(1).reduce((sum, value, i) => sum + (value - mean) * (values[i]! - mean), 0);
    expect(Math.abs(correlation / values.length / deviation ** 2)).toBeLessThan(0.05);
  });

  it("answers the same however often and in whatever order it is asked", () => {
    const segment = fc.oneof(
      fc.constant(hold("0.3 s")),
      fc.integer({ min: -9, max: 9 }).map((to) => step(to, "0.7 s")),
      fc.integer({ min: -9, max: 9 }).map((to) => ramp(to, "1.1 s")),
      fc.constant(loop(2, [ramp(4, "0.2 s"), sine({ amplitude: 1, period: "0.3 s", for: "0.4 s" })])),
      fc.integer().map((seed) => noise({ deviation: 1, seed, for: "0.5 s" })),
    );
    fc.assert(
      fc.property(
        fc.array(segment, { maxLength: 6 }),
        fc.array(fc.double({ min: 0, max: 9, noNaN: true })),
        (all, times) => {
          const signal = signalOf(all, 1);
          const forwards = times.map((time) => signal.at(time));
          expect([...times].reverse().map((time) => signal.at(time))).toEqual([...forwards].reverse());
          expect(signal.at(signal.duration + 5)).toBe(signal.at(signal.duration));
        },
      ),
    );
  });
});

describe("samples", () => {
  it("hold, or are joined by lines", () => {
    const rows = [
      [2, 1],
      [3, 5],
      [5, 1],
    ] as const;
    expect(at([samples(rows)], [0, 0.9, 1, 2.9, 3, 9])).toEqual([1, 1, 5, 5, 1, 1]);
    expect(at([samples(rows, { interpolation: "linear" })], [0, 0.5, 1, 2])).toEqual([1, 3, 5, 3]);
    expect(() =>
      samples([
        [1, 0],
        [0.5, 0],
      ]),
    ).toThrow("sample 1 is not later than the one before: 0.5 s");
    expect(() => samples([])).toThrow("one at least");
  });

  it("come from CSV files, English and German ones", () => {
    const [english, german] = [join(folder, "english.csv"), join(folder, "german.csv")];
    writeFileSync(english, '\uFEFFtime,level,"note, long"\n0,1.5,a\n1,2.5,"b, c"\n');
    writeFileSync(german, "Zeit;Pegel\r\n0;1,5\r\n1;2,5\r\n");
    expect(at([csv(english, { column: "level" })], [0, 1])).toEqual([1.5, 2.5]);
    expect(at([csv(german, { column: "Pegel", time: "Zeit", interpolation: "linear" })], [0, 0.5])).toEqual([1.5, 2]);
  });

  it("say where a CSV file is wrong", () => {
    const path = join(folder, "wrong.csv");
    writeFileSync(path, "time,level\n0,1\n1,high\n");
    expect(() => csv(path, { column: "pressure" })).toThrow("wrong.csv has no column pressure; it has time, level");
    expect(() => csv(path, { column: "level" })).toThrow('wrong.csv:3: "high" in column level is no number');
    writeFileSync(path, "time,level\n");
    expect(() => csv(path, { column: "level" })).toThrow("no lines behind its headers");
  });
});
