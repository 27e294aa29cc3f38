/** REAL and LREAL as texts and back, compared with what JavaScript, whose conversions are exact, makes of the same. */
import { describe, expect, it } from "vitest";
import { Random } from "./testing/random-program/random.ts";
import { ramOf, start } from "./testing/running.ts";

const COUNT = 400;
const TEXT_BYTES = 41;
const PROGRAM = `PROGRAM Main
  VAR i : INT; v, w : ARRAY [1..${COUNT}] OF LREAL; x, y : ARRAY [1..${COUNT}] OF REAL;
    given, long, short : ARRAY [1..${COUNT}] OF STRING(${TEXT_BYTES - 1}); END_VAR
  FOR i := 1 TO ${COUNT} DO
    long[i] := LREAL_TO_STRING(v[i]); short[i] := REAL_TO_STRING(x[i]);
    w[i] := STRING_TO_LREAL(given[i]); y[i] := STRING_TO_REAL(given[i]);
  END_FOR;
END_PROGRAM`;

const random = new Random(2026);
const bits = new DataView(new ArrayBuffer(8));

/** Of all magnitudes, the smallest among them, powers of two and of ten, and what programs have. */
const number = (): number => {
  const [high, low] = [random.below(2 ** 32), random.below(2 ** 32)];
  const [exponent, digit] = [random.below(617) - 308, 1 + random.below(9)];
  const ofBits = (upper: number, lower: number): number => {
    bits.setUint32(0, upper);
    bits.setUint32(4, lower);
    return bits.getFloat64(0);
  };
  const made = random.pick([
    () => ofBits(high, low),
    () => ofBits((high % 2047) << 20, 0),
    () => ofBits(high & 0x1f_ffff, low),
    () => Number(`${digit}e${exponent}`),
    () => (low % 100_000) / 100,
    () => (low / 2 ** 32) * 10 ** (exponent % 20),
  ])();
  return Number.isFinite(made) ? made : digit;
};

/** Also with more digits than an LREAL has, and half way between two of them. */
const text = (value: number): string => {
  const digits = Array.from({ length: 1 + random.below(30) }, () => random.below(10)).join("");
  const halfWay = (2n ** 53n + BigInt(random.below(2 ** 32))) * 2n + 1n;
  const made = random.pick([
    () => String(value),
    () => value.toPrecision(17),
    () => String(Math.fround(value)),
    () => `0.${digits}E${random.below(90) - 45}`,
    () => `${halfWay * 2n ** BigInt(random.below(40))}.${random.pick(["0", "000001"])}`,
  ])();
  return /^[-\d.eE+]{1,40}$/.test(made) ? made : "1";
};

/** A decimal as its digits, without zeros at either end, and a power of ten. */
const plain = (decimal: string): { readonly digits: string; readonly exponent: number } => {
  const [, sign, whole, behind = "", power = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(decimal)!;
  const digits = `${whole}${behind}`.replace(/^0+/, "");
  const kept = digits.replace(/0+$/, "");
  const exponent = Number(power) - behind.length + digits.length - kept.length;
  return kept === "" ? { digits: "0", exponent: 0 } : { digits: `${sign}${kept}`, exponent };
};

const fewestDigits = (real: number): number =>
  [1, 2, 3, 4, 5, 6, 7, 8, 9].find((precision) => Math.fround(Number(real.toPrecision(precision))) === real)!;

describe("REAL and LREAL", () => {
  const values = Array.from({ length: COUNT }, number);
  const reals = values.map(Math.fround).map((real) => (Number.isFinite(real) ? real : 1));
  const given = values.map(text);
  const started = start(PROGRAM, 60e9);
  const of = (name: string): DataView => ramOf(started, `Main.${name}`);
  const textAt = (view: DataView, i: number): string => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset + i * TEXT_BYTES, TEXT_BYTES);
    return String.fromCharCode(...bytes.subarray(0, bytes.indexOf(0)));
  };
  started.run.runScans(0);
  for (const [i, value] of values.entries()) {
    of("v").setFloat64(8 * i, value, true);
    of("x").setFloat32(4 * i, reals[i]!, true);
    for (const [k, character] of [...given[i]!].entries())
      of("given").setUint8(TEXT_BYTES * i + k, character.charCodeAt(0));
  }
  started.run.runScans(1);

  it("are written with the fewest digits that read back the same, and of these the nearest", () => {
    for (const [i, value] of values.entries()) expect(plain(textAt(of("long"), i))).toEqual(plain(String(value)));
    for (const [i, real] of reals.entries()) {
      const written = textAt(of("short"), i);
      expect(Math.fround(Number(written)), written).toBe(real + 0);
      expect(plain(written).digits.replace("-", "").length, written).toBeLessThanOrEqual(fewestDigits(real));
    }
  });

  it("are read as the nearest number", () => {
    for (const [i, decimal] of given.entries()) expect(of("w").getFloat64(8 * i, true), decimal).toBe(Number(decimal));
  });

  it("are read as they are written where they are no numbers, too", () => {
    const given = ["Infinity", " -inf", "+INF", "NaN", "1e400", "0inf", "in"].map(
      (each) => `STRING_TO_LREAL('${each}')`,
    );
    const source = `PROGRAM Main VAR x : ARRAY [0..6] OF LREAL := [7(1.0)]; s : STRING; r : REAL; END_VAR
      ${given.map((call, i) => `x[${i}] := ${call};`).join(" ")} r := -STRING_TO_REAL('inf'); s := REAL_TO_STRING(r); r := STRING_TO_REAL(s);
    END_PROGRAM`;
    const special = start(source);
    special.run.runScans(1);
    const infinities = ["Infinity", "-Infinity", "Infinity", "NaN", "Infinity"];
    expect(special.run.read("x")).toEqual([...infinities, 0, 0]);
    expect(special.run.read("r")).toBe("-Infinity");
  });

  it("are rounded once where a REAL is read", () => {
    for (const [i, decimal] of given.entries()) {
      const read = of("y").getFloat32(4 * i, true);
      // Through an LREAL it may be the neighbour, when that is just half way.
      if (!isHalfWay(Number(decimal))) expect(read, decimal).toBe(Math.fround(Number(decimal)));
    }
    const source = `PROGRAM Main VAR s : STRING := '1.00000017881393432617187499'; x : REAL; END_VAR x := STRING_TO_REAL(s); END_PROGRAM`;
    const once = start(source);
    once.run.runScans(1);
    expect(ramOf(once, "Main.x").getFloat32(0, true)).toBe(1 + 2 ** -23);
  });
});

/** Between two REALs. */
const isHalfWay = (value: number): boolean => {
  bits.setFloat64(0, value);
  return (bits.getUint32(4) & 0x1fff_ffff) === 0x1000_0000;
};
