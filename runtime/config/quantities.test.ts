import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inParts, parseQuantity, showDuration } from "./quantities.ts";

const cyclesOf = (text: string, clock: number): number | null => {
  const quantity = parseQuantity(text, "duration");
  return quantity === null ? null : inParts(quantity, clock);
};

describe("quantities", () => {
  it("reads a number and a unit, with or without a space", () => {
    expect(cyclesOf("20 ms", 100_000_000)).toBe(2_000_000);
    expect(cyclesOf("100us", 100_000_000)).toBe(10_000);
    expect(cyclesOf("0.5 h", 1000)).toBe(1_800_000);
    expect(inParts(parseQuantity("1.5 MiB", "size")!, 1)).toBe(1_572_864);
    expect(inParts(parseQuantity("12.5 MHz", "frequency")!, 1)).toBe(12_500_000);
  });

  it.each([
    "",
    "20",
    "ms",
    "20  ms",
    " 20 ms",
    "20 ms ",
    "-1 ms",
    "+1 ms",
    "1e3 ms",
    ".5 ms",
    "5. ms",
    "1,5 ms",
    "20 MS",
    "20 Ms",
  ])("refuses %j as a duration", (text) => expect(parseQuantity(text, "duration")).toBeNull());

  it("refuses units of another kind, and names that every object has", () => {
    expect(parseQuantity("20 MHz", "duration")).toBeNull();
    expect(parseQuantity("20 ms", "size")).toBeNull();
    expect(parseQuantity("1 kB", "size")).toBeNull();
    expect(parseQuantity("1 constructor", "size")).toBeNull();
  });

  it("is exact where floating point is not", () => {
    // 0.1 s × 3 Hz is 0.30000000000000004 in doubles; 4.35 us × 100 MHz is 434.99999999999994.
    expect(cyclesOf("4.35 us", 100_000_000)).toBe(435);
    expect(cyclesOf("1.1 ms", 1_000_000)).toBe(1100);
    expect(cyclesOf("0.000000001 ns", 1_000_000_000)).toBeNull();
    expect(cyclesOf("9007199.254740991 s", 1_000_000_000)).toBe(Number.MAX_SAFE_INTEGER);
    expect(cyclesOf("9007199.254740992 s", 1_000_000_000)).toBeNull();
  });

  it("finds the whole number of cycles exactly when there is one", () => {
    const units = {
      ns: 1n,
      us: 1_000n,
      ms: 1_000_000n,
      s: 1_000_000_000n,
      min: 60_000_000_000n,
      h: 3_600_000_000_000n,
    };
    const unitNames = fc.constantFrom(...(Object.keys(units) as (keyof typeof units)[]));
    const fractions = fc.stringMatching(/^[0-9]{0,6}$/);
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fractions,
        unitNames,
        fc.integer({ min: 1000, max: 4_000_000_000 }),
        (whole, fraction, unit, clock) => {
          const text = `${whole}${fraction === "" ? "" : `.${fraction}`} ${unit}`;
          // Femtoseconds × clock: all whole numbers, so the question is only whether they divide.
          const femtoseconds = (BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, "0"))) * units[unit];
          const [count, rest] = [
            (femtoseconds * BigInt(clock)) / 10n ** 15n,
            (femtoseconds * BigInt(clock)) % 10n ** 15n,
          ];
          const expected = rest === 0n && count <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(count) : null;
          expect(cyclesOf(text, clock)).toBe(expected);
        },
      ),
    );
  });

  it("shows durations in the unit that reads best", () => {
    const at100MHz = (cycles: number): string => showDuration(cycles, 100_000_000);
    expect([0, 1, 150, 123_456, 400_000, 2_000_000, 250_000_000].map(at100MHz)).toEqual([
      "0 ms",
      "10 ns",
      "1.5 us",
      "1234.56 us",
      "4 ms",
      "20 ms",
      "2.5 s",
    ]);
  });

  it("shows a duration that reads back as the same number of cycles", () => {
    fc.assert(
      fc.property(fc.nat(2_000_000_000), (cycles) => {
        expect(cyclesOf(showDuration(cycles, 100_000_000), 100_000_000)).toBe(cycles);
      }),
    );
  });
});
