import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesOf, isWide, POINT_TYPES, type PointType } from "../runtime/index.ts";
import { fitted, fromJsonValue, integerRange, toJsonValue, wideRange } from "./point-value.ts";

const of = (type: PointType) => ({ type, bytes: bytesOf(type, 5) });
const types = Object.keys(POINT_TYPES) as PointType[];
const integerTypes = types.filter(
  (type) => !isWide(type) && !["BOOL", "REAL", "LREAL", "STRING", "WSTRING"].includes(type),
);

describe("a value from outside", () => {
  test.each(integerTypes)("fits a %s exactly from its least to its greatest value", (type) => {
    const { least, greatest } = integerRange(type);
    expect(greatest - least + 1).toBe(2 ** (POINT_TYPES[type].bytes * 8));
    expect([fitted(type, least), fitted(type, greatest)]).toEqual([least, greatest]);
    expect([fitted(type, least - 1), fitted(type, greatest + 1)]).toEqual([null, null]);
    expect([fitted(type, Number.NaN), fitted(type, Number.POSITIVE_INFINITY)]).toEqual([null, null]);
  });

  test.each(types.filter(isWide))("fits a %s exactly from its least to its greatest value", (type) => {
    const { least, greatest } = wideRange(type);
    expect(greatest - least + 1n).toBe(2n ** 64n);
    expect([fitted(type, least), fitted(type, greatest), fitted(type, 2.6)]).toEqual([least, greatest, 3n]);
    expect([fitted(type, least - 1n), fitted(type, greatest + 1n), fitted(type, 1e30)]).toEqual([null, null, null]);
    expect([fitted(type, Number.NaN), fitted(type, Number.POSITIVE_INFINITY)]).toEqual([null, null]);
  });

  test("of 64 bits is a JSON number up to 2^53, and its digits in a string beyond", () => {
    expect([toJsonValue("LINT", -5n), toJsonValue("ULINT", 2n ** 64n - 1n), toJsonValue("LREAL", 0.1)]).toEqual([
      ...[-5, "18446744073709551615", 0.1],
    ]);
    expect(fromJsonValue(of("LINT"), -5)).toEqual({ value: -5n });
    expect(fromJsonValue(of("ULINT"), "18446744073709551615")).toEqual({ value: 2n ** 64n - 1n });
    expect(fromJsonValue(of("LREAL"), 1e300)).toEqual({ value: 1e300 });
    expect(fromJsonValue(of("LINT"), 2 ** 60)).toEqual({
      refused: "LINT takes a whole number, beyond 2^53 in quotation marks",
    });
    expect(fromJsonValue(of("LINT"), "12x")).toHaveProperty("refused");
    expect(fromJsonValue(of("LWORD"), -1)).toEqual({ refused: "LWORD takes 0 to 18446744073709551615" });
  });

  test("is refused by a REAL when single precision has no finite value for it", () => {
    expect(fitted("REAL", 0.1)).toBe(Math.fround(0.1));
    expect([fitted("REAL", 1e39), fitted("REAL", Number.NaN)]).toEqual([null, null]);
  });

  test("is a BOOL only as 0 or 1", () => {
    expect([0, 1, 2, 0.5, -1].map((quantity) => fitted("BOOL", quantity))).toEqual([false, true, null, null, null]);
  });

  test("as JSON must be of the point's kind and within its range", () => {
    expect(fromJsonValue(of("BOOL"), true)).toEqual({ value: true });
    expect(fromJsonValue(of("BOOL"), 1)).toEqual({ refused: "BOOL takes true or false" });
    expect(fromJsonValue(of("INT"), 32768)).toEqual({ refused: "INT takes -32768 to 32767" });
    expect(fromJsonValue(of("INT"), 1.5)).toEqual({ refused: "INT takes a whole number" });
    expect(fromJsonValue(of("REAL"), "1.5")).toEqual({ refused: "REAL takes a number" });
    expect(fromJsonValue(of("REAL"), 1e300)).toEqual({ refused: "beyond the range of a REAL" });
    expect(fromJsonValue(of("REAL"), null)).toEqual({ refused: "REAL takes a number" });
    expect(fromJsonValue(of("STRING"), 5)).toEqual({ refused: "STRING takes a text" });
    expect(fromJsonValue(of("STRING"), "sixsix")).toEqual({ refused: "STRING takes at most 5 characters" });
    expect(fromJsonValue(of("STRING"), "Ω")).toEqual({ refused: "STRING takes characters of Latin-1" });
    expect(fromJsonValue(of("WSTRING"), "a\0b")).toHaveProperty("refused");
  });
});

describe("a value for JSON", () => {
  test("of a REAL is the shortest decimal that reads back the same", () => {
    expect(toJsonValue("REAL", Math.fround(0.1))).toBe(0.1);
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (single) => {
        const text = JSON.stringify(toJsonValue("REAL", single));
        expect(Math.fround(Number(text)) === single).toBe(true);
      }),
    );
  });

  test("is null where JSON has no number", () => {
    expect([toJsonValue("REAL", Number.NaN), toJsonValue("REAL", Number.NEGATIVE_INFINITY)]).toEqual([null, null]);
  });
});
