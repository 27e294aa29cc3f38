import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cycles, hertz } from "../units.ts";
import { type PicturedModule, slotPicture } from "./slot-picture.ts";

interface Bar {
  readonly name: string;
  readonly start: number;
  readonly duration: number;
  readonly hart?: number;
}

/** Times in cycles of 1 us. */
const moduleOf = (majorFrame: number, bars: readonly Bar[], harts = 1): PicturedModule => {
  const names = [...new Set(bars.map(({ name }) => name))];
  return {
    clock: hertz(1_000_000),
    harts,
    partitions: names.map((name) => ({ name })),
    schedule: {
      majorFrame: cycles(majorFrame),
      slots: bars.map(({ name, start, duration, hart = 0 }) => ({
        hart,
        partition: names.indexOf(name),
        start: cycles(start),
        duration: cycles(duration),
      })),
    },
  };
};

const lines = (picture: string): readonly string[] => picture.split("\n").slice(0, -1);

describe("the picture of a slot table", () => {
  it("has a time axis, a row a hart, a bar a slot, and shaded idle time", () => {
    const bars = [
      { name: "drive", start: 0, duration: 1000 },
      { name: "intake", start: 1000, duration: 4000 },
      { name: "boost", start: 10_000, duration: 4000 },
      { name: "logger", start: 5000, duration: 15_000, hart: 1 },
    ];
    expect(slotPicture(moduleOf(20_000, bars, 2))).toBe(
      [
        "        0 ms                5 ms                10 ms               15 ms               20 ms",
        "        ├───────────────────┼───────────────────┼───────────────────┼───────────────────┤",
        "hart 0  │dri│intake         │░░░░░░░░░░░░░░░░░░░│boost          │░░░░░░░░░░░░░░░░░░░░░░░│",
        "hart 1  │░░░░░░░░░░░░░░░░░░░│logger                                                     │",
        "",
      ].join("\n"),
    );
  });

  it("keeps within 100 columns and one row a hart, whatever the table", () => {
    const bars = fc.array(
      fc.record({
        name: fc.constantFrom("a", "controller", "x".repeat(64)),
        start: fc.nat(999),
        duration: fc.integer({ min: 1, max: 999 }),
        hart: fc.nat(2),
      }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(bars, fc.integer({ min: 1, max: 999_999 }), (table, scale) => {
        const frame = 1000 * scale;
        const scaled = table.map((bar) => {
          const duration = Math.min(bar.duration, 1000 - bar.start) * scale;
          return { ...bar, start: bar.start * scale, duration };
        });
        const rows = lines(slotPicture(moduleOf(frame, scaled, 3)));
        expect(rows).toHaveLength(5);
        for (const row of rows) expect([...row].length).toBeLessThanOrEqual(100);
        for (const row of rows.slice(1)) expect([...row]).toHaveLength(89);
      }),
    );
  });
});
