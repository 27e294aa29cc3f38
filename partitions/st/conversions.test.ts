/** Every X_TO_Y, with values at the edges of X, against what the standard and this compiler's decisions make of them. */
import { describe, expect, it } from "vitest";
import { problemsOf, ramOf, start } from "./testing/running.ts";

/** How a type is held, and what its counts mean: nanoseconds for what has to do with time. */
interface Held {
  readonly bits: number;
  readonly signed?: boolean;
  readonly real?: boolean;
  readonly of?: "time" | "date" | "clock" | "moment" | "char" | "bool";
  readonly unit?: bigint;
}

const MS = 1_000_000n;
const SECOND = 1000n * MS;
const DAY = 86_400n * SECOND;
const TYPES: Readonly<Record<string, Held>> = {
  BOOL: { bits: 1, of: "bool" },
  BYTE: { bits: 8 },
  WORD: { bits: 16 },
  DWORD: { bits: 32 },
  LWORD: { bits: 64 },
  SINT: { bits: 8, signed: true },
  INT: { bits: 16, signed: true },
  DINT: { bits: 32, signed: true },
  LINT: { bits: 64, signed: true },
  USINT: { bits: 8 },
  UINT: { bits: 16 },
  UDINT: { bits: 32 },
  ULINT: { bits: 64 },
  REAL: { bits: 32, real: true },
  LREAL: { bits: 64, real: true },
  TIME: { bits: 32, signed: true, of: "time", unit: MS },
  LTIME: { bits: 64, signed: true, of: "time", unit: 1n },
  DATE: { bits: 32, of: "date", unit: SECOND },
  LDATE: { bits: 64, signed: true, of: "date", unit: 1n },
  TOD: { bits: 32, of: "clock", unit: MS },
  LTOD: { bits: 64, signed: true, of: "clock", unit: 1n },
  DT: { bits: 32, of: "moment", unit: SECOND },
  LDT: { bits: 64, signed: true, of: "moment", unit: 1n },
  CHAR: { bits: 8, of: "char" },
  WCHAR: { bits: 16, of: "char" },
};
const NAMES = Object.keys(TYPES);

/** A value as its bits lie in RAM. */
type Bits = bigint;
const bytesOf = ({ bits }: Held): number => Math.ceil(bits / 8);
const view = new DataView(new ArrayBuffer(8));

const numberOf = (bits: Bits, held: Held): number => {
  view.setBigUint64(0, bits, true);
  return held.bits === 32 ? view.getFloat32(0, true) : view.getFloat64(0, true);
};
const bitsOf = (value: number, held: Held): Bits => {
  view.setBigUint64(0, 0n);
  if (held.bits === 32) view.setFloat32(0, value, true);
  else view.setFloat64(0, value, true);
  return view.getBigUint64(0, true);
};
const countOf = (bits: Bits, { bits: width, signed }: Held): bigint =>
  signed ? BigInt.asIntN(width, bits) : BigInt.asUintN(width, bits);

const REAL_VALUES = [
  0,
  -0,
  0.5,
  1.5,
  -2.5,
  127.5,
  -129,
  255.5,
  40_000.5,
  2 ** 31 - 0.5,
  -(2 ** 31) - 1,
  2 ** 32,
  2 ** 52 + 0.5,
].concat([2 ** 63, -(2 ** 63), 2 ** 64, 2 ** 64 - 2048, 1e30, -1e30, Infinity, -Infinity, Number.NaN, 1 / 3]);
const INTEGER_VALUES = [
  0n,
  1n,
  -1n,
  127n,
  128n,
  255n,
  256n,
  32_767n,
  32_768n,
  65_535n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
].concat([
  2n ** 24n + 1n,
  2n ** 32n,
  2n ** 53n + 1n,
  2n ** 62n + 2n ** 38n + 1n,
  2n ** 63n - 1n,
  2n ** 63n,
  123_456_789_012_345_678n,
]);

/** Values of the type, each once. */
const valuesOf = (held: Held): readonly Bits[] => {
  const all = held.real
    ? REAL_VALUES.map((value) => bitsOf(value, held))
    : INTEGER_VALUES.map((value) => BigInt.asUintN(held.bits, value));
  return [...new Set(all)];
};

const roundedToEven = (value: number): bigint => {
  const below = Math.floor(value);
  const rest = value - below;
  return BigInt(rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1);
};
const saturated = (value: number, { bits, signed }: Held): bigint => {
  const [low, high] = signed
    ? [-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n]
    : [0n, (1n << BigInt(bits)) - 1n];
  if (Number.isNaN(value) || value === Infinity) return high;
  if (value === -Infinity) return low;
  const whole = roundedToEven(value);
  return whole < low ? low : whole > high ? high : whole;
};

/** The REAL next to an integer: of the two on either side the nearer, or the even one. */
const nearestReal = (count: bigint, { bits }: Held): number => {
  const near = Number(count);
  if (bits === 64 || Number.isSafeInteger(near)) return bits === 64 ? near : Math.fround(near);
  const scale = BigInt(count < 0n ? -count : count).toString(2).length - 24;
  const unit = 1n << BigInt(scale);
  const magnitude = count < 0n ? -count : count;
  const [whole, rest] = [magnitude / unit, magnitude % unit];
  const up = rest * 2n > unit || (rest * 2n === unit && whole % 2n === 1n);
  return Number((up ? whole + 1n : whole) * unit) * (count < 0n ? -1 : 1);
};

const TRANSFERRED = new Set(["DWORD REAL", "REAL DWORD", "LWORD LREAL", "LREAL LWORD"]);

/** Null: there is no such conversion. */
const expected = (from: string, to: string, bits: Bits): Bits | null => {
  const [a, b] = [TYPES[from]!, TYPES[to]!];
  if (!exists(a, b)) return null;
  if (TRANSFERRED.has(`${from} ${to}`)) return bits;
  if (a.unit !== undefined && b.unit !== undefined)
    return BigInt.asUintN(b.bits, momentTo(countOf(bits, a) * a.unit, a, b));
  if (a.real && b.real) return bitsOf(numberOf(bits, a), b);
  if (a.real) {
    const value = numberOf(bits, a);
    return b.of === "bool" ? BigInt(value !== 0) : BigInt.asUintN(b.bits, saturated(value, b));
  }
  const count = countOf(bits, a);
  if (b.of === "bool") return BigInt(count !== 0n);
  return b.real ? bitsOf(nearestReal(count, b), b) : BigInt.asUintN(b.bits, count);
};

const exists = (a: Held, b: Held): boolean => {
  if (a.unit !== undefined && b.unit !== undefined) {
    const pairs = ["time time", "time clock", "clock clock", "clock time", "date date", "date moment", "moment moment"];
    return [...pairs, "moment date", "moment clock"].includes(`${a.of} ${b.of}`);
  }
  const holdsCode = ({ of, real }: Held): boolean => real !== true && (of === undefined || of === "char");
  return (a.of !== "char" && b.of !== "char") || (holdsCode(a) && holdsCode(b));
};

/** In counts of `b`. What its unit cannot show is cut off. */
const momentTo = (nanoseconds: bigint, a: Held, b: Held): bigint => {
  const midnight = ((nanoseconds % DAY) + DAY) % DAY;
  const value =
    a.of !== "moment" || b.of === "moment"
      ? nanoseconds
      : b.of === "clock"
        ? midnight
        : BigInt.asIntN(64, nanoseconds - midnight);
  return value / b.unit!;
};

/** All values of `from` as all types that it converts to. */
const converted = (from: string): ReadonlyMap<string, readonly Bits[]> => {
  const held = TYPES[from]!;
  const values = valuesOf(held);
  const targets = NAMES.filter((to) => to !== from && exists(held, TYPES[to]!));
  const size = values.length - 1;
  const declarations = targets.map((to) => `R_${to} : ARRAY [0..${size}] OF ${to};`).join(" ");
  const statements = targets.map((to) => `R_${to}[i] := ${from}_TO_${to}(IN[i]);`).join("\n");
  const source = `PROGRAM M VAR i : DINT; IN : ARRAY [0..${size}] OF ${from}; ${declarations} END_VAR
    FOR i := 0 TO ${size} DO\n${statements}\nEND_FOR; END_PROGRAM`;
  const started = start(source, 1e9);
  put(ramOf(started, "M.IN"), values, bytesOf(held));
  expect(started.run.runScans(1)).toBe("scans");
  return new Map(targets.map((to) => [to, take(ramOf(started, `M.R_${to}`), values.length, bytesOf(TYPES[to]!))]));
};

const put = (into: DataView, values: readonly Bits[], bytes: number): void => {
  for (const [i, value] of values.entries())
    for (let j = 0; j < bytes; j++) into.setUint8(i * bytes + j, Number((value >> BigInt(8 * j)) & 0xffn));
};
const take = (from: DataView, count: number, bytes: number): readonly Bits[] =>
  Array.from({ length: count }, (_, i) => {
    let value = 0n;
    for (let j = bytes - 1; j >= 0; j--) value = (value << 8n) | BigInt(from.getUint8(i * bytes + j));
    return value;
  });

const shown = (bits: Bits, held: Held): string =>
  held.real ? String(numberOf(bits, held)) : String(countOf(bits, held));
/** All NaNs are one. */
const same = (a: Bits, b: Bits, held: Held): boolean =>
  a === b || (held.real === true && Number.isNaN(numberOf(a, held)) && Number.isNaN(numberOf(b, held)));

describe("conversions", () => {
  it.each(NAMES)("of %s are right at the edges of its range", (from) => {
    const held = TYPES[from]!;
    const wrong: string[] = [];
    for (const [to, results] of converted(from)) {
      for (const [i, bits] of valuesOf(held).entries()) {
        const [found, right] = [results[i]!, expected(from, to, bits)!];
        const target = TYPES[to]!;
        if (!same(found, right, target))
          wrong.push(`${from}_TO_${to}(${shown(bits, held)}) = ${shown(found, target)}, not ${shown(right, target)}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("that mean nothing do not exist", () => {
    const pairs = NAMES.flatMap((from) =>
      NAMES.filter((to) => to !== from && !exists(TYPES[from]!, TYPES[to]!)).map((to) => [from, to] as const),
    );
    expect(pairs.length).toBeGreaterThan(40);
    const declarations = NAMES.map((name) => `v_${name} : ${name};`).join(" ");
    const statements = pairs.map(([from, to]) => `v_${to} := ${from}_TO_${to}(v_${from});`).join("\n");
    const problems = problemsOf(`PROGRAM M VAR ${declarations} END_VAR\n${statements}\nEND_PROGRAM`);
    expect(problems.map(({ code }) => code)).toEqual(pairs.map(() => "no-conversion"));
  });

  it("of constants come out as on the board", () => {
    const samples = [
      ["LREAL_TO_LINT(LREAL#2.5)", "LINT", 2],
      ["LREAL_TO_LINT(LREAL#-9.3E18)", "LINT", "-9223372036854775808"],
      ["LINT_TO_REAL(LINT#4611686293305294849)", "REAL", 4.6116866e18],
      ["ULINT_TO_LREAL(ULINT#18446744073709551615)", "LREAL", 2 ** 64],
      ["LWORD_TO_LREAL(LWORD#16#3FF8000000000000)", "LREAL", 1.5],
      ["DT_TO_TOD(DT#2024-02-29-12:34:56)", "TOD", "TOD#12:34:56"],
      ["LDT_TO_DATE(LDT#2024-02-29-12:34:56.789)", "DATE", "D#2024-02-29"],
    ] as const;
    const declarations = samples.map(([text, type], i) => `c${i} : ${type} := ${text};`).join(" ");
    const copies = samples.map(([, type], i) => `v${i} : ${type};`).join(" ");
    const { run } = start(
      `PROGRAM M VAR CONSTANT ${declarations} END_VAR VAR ${copies} END_VAR\n${samples.map((_, i) => `v${i} := c${i};`).join("\n")}\nEND_PROGRAM`,
    );
    run.runScans(1);
    expect(samples.map((_, i) => run.read(`v${i}`))).toEqual(samples.map(([, , value]) => value));
  });
});
