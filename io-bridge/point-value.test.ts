import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { POINT_TYPES, type PointType } from "../runtime/index.ts";
import { fitted, fromJsonValue, integerRange, toJsonValue } from "./point-value.ts";

const integerTypes = (Object.keys(POINT_TYPES) as PointType[]).filter((type) => type !== "BOOL" && type !== "REAL");

describe("a value from outside", () => {
  test.each(integerTypes)("fits a %s exactly from its least to its greatest value", (type) => {
    const { least, greatest } = integerRange(type);
    expect(greatest - least + 1).toBe(2 ** (POINT_TYPES[type].bytes * 8));
    expect([fitted(type, least), fitted(type, greatest)]).toEqual([least, greatest]);
    expect([fitted(type, least - 1), fitted(type, greatest + 1)]).toEqual([null, null]);
    expect([fitted(type, Number.NaN), fitted(type, Number.POSITIVE_INFINITY)]).toEqual([null, null]);
  });

  test("is refused by a REAL when single precision has no finite value for it", () => {
    expect(fitted("REAL", 0.1)).toBe(Math.fround(0.1));
    expect([fitted("REAL", 1e39), fitted("REAL", Number.NaN)]).toEqual([null, null]);
  });

  test("is a BOOL only as 0 or 1", () => {
    expect([0, 1, 2, 0.5, -1].map((quantity) => fitted("BOOL", quantity))).toEqual([false, true, null, null, null]);
  });

  test("as JSON must be of the point's kind and within its range", () => {
    expect(fromJsonValue("BOOL", true)).toEqual({ value: true });
    expect(fromJsonValue("BOOL", 1)).toEqual({ refused: "BOOL takes true or false" });
    expect(fromJsonValue("INT", 32768)).toEqual({ refused: "INT takes -32768 to 32767" });
    expect(fromJsonValue("INT", 1.5)).toEqual({ refused: "INT takes a whole number" });
    expect(fromJsonValue("REAL", "1.5")).toEqual({ refused: "REAL takes a number" });
    expect(fromJsonValue("REAL", 1e300)).toEqual({ refused: "beyond the range of a REAL" });
    expect(fromJsonValue("REAL", null)).toEqual({ refused: "REAL takes a number" });
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
