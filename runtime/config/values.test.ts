import { describe, expect, it } from "vitest";
import { bytesOf, type PointType, type PointValue } from "../system.ts";
import { readValue } from "./values.ts";

describe("values in a config", () => {
  it.each<[PointType, boolean | number | string, PointValue]>([
    ["BOOL", true, true],
    ["SINT", -128, -128],
    ["BYTE", 0xff, 255],
    ["UDINT", 4294967295, 4294967295],
    ["DINT", -0, 0],
    ["TIME", "1.5 s", 1500],
    ["REAL", 0.1, Math.fround(0.1)],
    ["REAL", 3, 3],
    ["LREAL", 0.1, 0.1],
    ["LINT", -5, -5n],
    ["LINT", "-9223372036854775808", -(2n ** 63n)],
    ["ULINT", "18446744073709551615", 2n ** 64n - 1n],
    ["LTIME", "1.5 us", 1500n],
    ["DT", 1700000000, 1700000000],
    ["STRING", "Größe", "Größe"],
    ["WSTRING", "Ω", "Ω"],
  ])("%s takes %j", (type, written, value) => {
    expect(readValue({ type, bytes: bytesOf(type, 5) }, written)).toEqual({ value });
  });

  it.each<[PointType, boolean | number | string]>([
    ["BOOL", 1],
    ["BOOL", "true"],
    ["SINT", 128],
    ["UINT", -1],
    ["INT", 1.5],
    ["DINT", true],
    ["TIME", 1500],
    ["TIME", "1.5 ms"],
    ["TIME", "25 h 3"],
    ["TIME", "600 h"],
    ["REAL", 1e39],
    ["REAL", Number.NaN],
    ["REAL", "1.0"],
    ["LREAL", Number.POSITIVE_INFINITY],
    ["LINT", 2 ** 60],
    ["LINT", "9223372036854775808"],
    ["ULINT", -1],
    ["LWORD", "0x10"],
    ["LTIME", 5],
    ["TOD", -1],
    ["STRING", 5],
    ["STRING", "sixsix"],
    ["STRING", "Ω"],
  ])("%s refuses %j, saying what it takes", (type, written) => {
    expect(readValue({ type, bytes: bytesOf(type, 5) }, written)).toEqual({
      wanted: expect.stringMatching(/^(true or false|a |at most 5|characters of)/),
    });
  });
});
