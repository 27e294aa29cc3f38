import { describe, expect, it } from "vitest";
import { parseScalar, type ScalarType, shownCount, wanted } from "./scalar-text.ts";

const type = (name: string, family: ScalarType["family"], bytes: number, signed = false): ScalarType => ({
  kind: "elementary",
  name,
  family,
  bytes,
  signed,
});
const LINT = type("LINT", "signed", 8, true);
const ULINT = type("ULINT", "unsigned", 8);
const TIME = type("TIME", "time", 4, true);
const LTIME = type("LTIME", "time", 8, true);
const DATE = type("DATE", "date", 4);
const LDATE = type("LDATE", "date", 8, true);
const TOD = type("TOD", "timeOfDay", 4);
const LTOD = type("LTOD", "timeOfDay", 8, true);
const DT = type("DT", "dateTime", 4);
const LDT = type("LDT", "dateTime", 8, true);
const CHAR = type("CHAR", "char", 1);
const WCHAR = type("WCHAR", "char", 2);

describe("values as text", () => {
  it.each<[ScalarType, bigint, number | string]>([
    [LINT, -(2n ** 53n) + 1n, -(2 ** 53) + 1],
    [LINT, -(2n ** 63n), "-9223372036854775808"],
    [ULINT, 2n ** 64n - 1n, "18446744073709551615"],
    [TIME, -90_061_001n, "T#-1d1h1m1s1ms"],
    [TIME, 0n, "T#0ms"],
    [LTIME, 1_000_001_001n, "LT#1s1us1ns"],
    [DATE, 1_709_164_800n, "D#2024-02-29"],
    [LDATE, -86_400_000_000_000n, "LD#1969-12-31"],
    [TOD, 45_296_789n, "TOD#12:34:56.789"],
    [LTOD, 86_399_999_999_999n, "LTOD#23:59:59.999999999"],
    [DT, 1_709_210_096n, "DT#2024-02-29-12:34:56"],
    [LDT, -1n, "LDT#1969-12-31-23:59:59.999999999"],
    [CHAR, 0x41n, "'A'"],
    [CHAR, 0x24n, "'$24'"],
    [WCHAR, 0x20acn, '"$20AC"'],
  ])("of %o are literals that read back the same", (of, value, text) => {
    expect(shownCount(of, value)).toBe(text);
    expect(parseScalar(of, String(text))).toBe(value);
  });

  it("are read in every form", () => {
    expect(parseScalar(ULINT, "16#FFFF_FFFF_FFFF_FFFF")).toBe(2n ** 64n - 1n);
    expect(parseScalar(LINT, " -2#101 ")).toBe(-5n);
    expect(parseScalar(LTIME, "LTIME#1.5h_2us")).toBe(5_400_000_002_000n);
    expect(parseScalar(TIME, "t#-1.5s")).toBe(-1500n);
    expect(parseScalar(DT, "DATE_AND_TIME#1970-01-02-00:00")).toBe(86_400n);
    expect(parseScalar(TOD, "TIME_OF_DAY#01:00:00.0019")).toBe(3_600_001n);
    expect(parseScalar(CHAR, "A")).toBe(0x41n);
    expect(parseScalar(type("LREAL", "real", 8), "1.5E300")).toBe(1.5e300);
  });

  it.each<[ScalarType, string]>([
    [LINT, "9223372036854775808"],
    [ULINT, "-1"],
    [LINT, "1.5"],
    [LINT, "2#12"],
    [LINT, ""],
    [TIME, "T#30d"],
    [TIME, "5"],
    [DATE, "D#2024-02-30"],
    [DATE, "D#2107-01-01"],
    [TOD, "TOD#24:00:00"],
    [DT, "DT#2024-02-29"],
    [CHAR, "AB"],
  ])("that %o cannot hold are none: %s", (of, text) => {
    expect(parseScalar(of, text)).toBeNull();
  });

  it("say what would be right", () => {
    expect(wanted(LINT)).toBe("a whole number from -9223372036854775808 to 9223372036854775807");
    expect(wanted(LDT)).toBe("a date and time like LDT#2024-02-29-12:34:56");
  });
});
