import { describe, expect, test } from "vitest";
import { bytesOf, type PointType, type PointValue, type Quality } from "../../runtime/index.ts";
import { parseCommand, type Report, statusPayload, telemetryPayload } from "./topics.ts";

const report = (value: PointValue, quality: Quality, timestamp: number, sequence: number | null = null): Report => ({
  value,
  quality,
  timestamp,
  sequence,
});

const of = (type: PointType) => ({ type, bytes: bytesOf(type, 5) });
const command = (text: string) => parseCommand(Buffer.from(text), of("REAL"));

describe("a command", () => {
  test("is a JSON value, or an object with a value", () => {
    expect(command("1.5")).toEqual({ value: 1.5 });
    expect(command('{"value": -2}')).toEqual({ value: -2 });
    expect(command(' {"value": 3, "user": "kim"} ')).toEqual({ value: 3 });
    expect(parseCommand(Buffer.from("true"), of("BOOL"))).toEqual({ value: true });
    expect(parseCommand(Buffer.from('"Größe"'), of("STRING"))).toEqual({ value: "Größe" });
    expect(parseCommand(Buffer.from('"Ω"'), of("WSTRING"))).toEqual({ value: "Ω" });
  });

  test.each([
    ["", "not JSON"],
    ["on", "not JSON"],
    ["{", "not JSON"],
    ["{}", 'an object without "value"'],
    ["[1]", 'an object without "value"'],
    ["null", "REAL takes a number"],
    ['{"value": null}', "REAL takes a number"],
    ['{"value": {"value": 1}}', "REAL takes a number"],
    ["1e400", "beyond the range of a REAL"],
    [`"${"x".repeat(2000)}"`, "longer than 1024 bytes"],
  ])("%s is refused: %s", (text, refused) => {
    expect(command(text)).toEqual({ refused });
  });
});

test("integers of 64 bits travel as numbers up to 2^53, as digits in a string beyond, both ways", () => {
  expect(telemetryPayload("LINT", report(-5n, "good", 5))).toBe('{"value":-5,"quality":"good","timestamp":5}');
  expect(telemetryPayload("ULINT", report(2n ** 64n - 1n, "good", 5))).toBe(
    '{"value":"18446744073709551615","quality":"good","timestamp":5}',
  );
  expect(parseCommand(Buffer.from('{"value": "18446744073709551615"}'), of("ULINT"))).toEqual({
    value: 2n ** 64n - 1n,
  });
  expect(parseCommand(Buffer.from("-7"), of("LTIME"))).toEqual({ value: -7n });
  expect(parseCommand(Buffer.from("1.5"), of("LREAL"))).toEqual({ value: 1.5 });
});

test("telemetry and status are the documented JSON", () => {
  expect(telemetryPayload("REAL", report(Math.fround(4.2), "good", 1700000000000))).toBe(
    '{"value":4.2,"quality":"good","timestamp":1700000000000}',
  );
  expect(telemetryPayload("REAL", report(Number.NaN, "bad", 5))).toBe('{"value":null,"quality":"bad","timestamp":5}');
  expect(telemetryPayload("BOOL", report(true, "uncertain", 5))).toBe(
    '{"value":true,"quality":"uncertain","timestamp":5}',
  );
  expect(telemetryPayload("INT", report(7, "good", 5, 9), true)).toBe(
    '{"value":7,"quality":"good","timestamp":5,"sequence":9,"historical":true}',
  );
  expect(statusPayload("online", 5)).toBe('{"status":"online","timestamp":5}');
  expect(statusPayload("offline")).toBe('{"status":"offline"}');
});
