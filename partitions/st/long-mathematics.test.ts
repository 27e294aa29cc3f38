import { describe, expect, it } from "vitest";
import { ramOf, start, valuesAfter } from "./testing/running.ts";

const COUNT = 2000;

/** `expression` of x and y, for all pairs of arguments, by one scan of a program. */
const computed = (expression: string, xs: readonly number[], ys: readonly number[] = []): readonly number[] => {
  const started = start(
    `PROGRAM M VAR i : DINT; xs, ys, zs : ARRAY [0..${COUNT - 1}] OF LREAL; x, y : LREAL; END_VAR
    FOR i := 0 TO ${COUNT - 1} DO x := xs[i]; y := ys[i]; zs[i] := ${expression}; END_FOR; END_PROGRAM`,
    10e9,
  );
  for (const [name, values] of [["M.xs", xs] as const, ["M.ys", ys] as const]) {
    const into = ramOf(started, name);
    for (const [i, value] of values.entries()) into.setFloat64(8 * i, value, true);
  }
  expect(started.run.runScans(1)).toBe("scans");
  const results = ramOf(started, "M.zs");
  return xs.map((_, i) => results.getFloat64(8 * i, true));
};

/** The same for each run of the tests: from 0 up to 1. */
const randomNumbers = (seed: number) => {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
  return () => (next() + next() / 2 ** 32) / 2 ** 32;
};

/** LREALs in order, as integers one apart. */
const ordinal = (value: number): bigint => {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const integer = bits.getBigInt64(0);
  return integer < 0n ? -(integer & 0x7fff_ffff_ffff_ffffn) : integer;
};

const distance = (a: number, b: number): number => {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b) ? 0 : Infinity;
  const apart = ordinal(a) - ordinal(b);
  return Number(apart < 0n ? -apart : apart);
};

/** The largest distance from what the host makes of it, which itself may be 1 off, in units of the last place. */
const furthest = (
  expression: string,
  reference: (x: number, y: number) => number,
  draw: (random: () => number) => readonly [number, number?],
): number => {
  const random = randomNumbers(7);
  const pairs = Array.from({ length: COUNT }, () => draw(random));
  const [xs, ys] = [pairs.map(([x]) => x), pairs.map(([, y = 0]) => y)];
  return computed(expression, xs, ys).reduce(
    (most, value, i) => Math.max(most, distance(value, reference(xs[i]!, ys[i]!))),
    0,
  );
};

/** Of any sign and magnitude. */
const any = (exponents: number) => (random: () => number) =>
  [(random() < 0.5 ? -1 : 1) * 2 ** ((2 * random() - 1) * exponents)] as const;
const between = (low: number, high: number) => (random: () => number) => [low + (high - low) * random()] as const;
/** Next to the multiples of pi/2 up to 2^50 of them, where the reduction has to be exact. */
const nearQuadrants = (random: () => number) => [Math.round(2 ** (50 * random())) * (Math.PI / 2)] as const;

describe("mathematics of LREAL", () => {
  it.each<[string, (x: number) => number, (random: () => number) => readonly [number], number]>([
    ["EXP(x)", Math.exp, between(-708, 709), 2],
    ["EXP(x)", Math.exp, between(-1, 1), 2],
    ["LN(x)", Math.log, between(0, 4), 2],
    ["LN(ABS(x))", (x) => Math.log(Math.abs(x)), any(1020), 2],
    ["LOG(x)", Math.log10, between(0, 4), 2],
    ["LOG(ABS(x))", (x) => Math.log10(Math.abs(x)), any(1020), 2],
    ["SQRT(ABS(x))", (x) => Math.sqrt(Math.abs(x)), any(1020), 0],
    ["SIN(x)", Math.sin, any(1020), 2],
    ["SIN(x)", Math.sin, nearQuadrants, 2],
    ["COS(x)", Math.cos, any(1020), 2],
    ["COS(x)", Math.cos, nearQuadrants, 2],
    ["TAN(x)", Math.tan, any(1020), 2],
    ["TAN(x)", Math.tan, nearQuadrants, 2],
    ["ASIN(x)", Math.asin, between(-1, 1), 3],
    ["ACOS(x)", Math.acos, between(-1, 1), 2],
    ["ATAN(x)", Math.atan, between(-6, 6), 3],
    ["ATAN(x)", Math.atan, any(1000), 3],
  ])("%s is right to the last places", (expression, reference, draw, within) => {
    expect(furthest(expression, reference, draw)).toBeLessThanOrEqual(within);
  });

  it("ATAN2 is right in all quadrants", () => {
    const draw = (random: () => number) => [random() - 0.5, random() - 0.5] as const;
    expect(furthest("ATAN2(x, y)", Math.atan2, draw)).toBeLessThanOrEqual(3);
  });

  it("EXPT is exact where the power is a whole number that LREAL holds", () => {
    const powers: [number, number, number][] = [];
    for (let base = 2; base <= 30; base++)
      for (let exponent = 0; base ** exponent <= 2 ** 53; exponent++) powers.push([base, exponent, base ** exponent]);
    const xs = powers.map(([base], i) => (i % 2 === 0 ? base : -base));
    const results = computed(
      "EXPT(x, y)",
      xs,
      powers.map(([, exponent]) => exponent),
    );
    const right = powers.map(([, exponent, power], i) => (i % 2 === 0 || exponent % 2 === 0 ? power : -power));
    expect(results).toEqual(right);
  });

  it("EXPT agrees with products and roots, and has the limits of the standard for floating point", () => {
    expect(furthest("EXPT(x, 0.5)", Math.sqrt, between(0, 1e6))).toBeLessThanOrEqual(1);
    expect(furthest("x ** 3", (x) => x ** 3, between(-100, 100))).toBeLessThanOrEqual(2);
    expect(furthest("EXPT(x, -1.0)", (x) => 1 / x, any(900))).toBeLessThanOrEqual(1);
    const cases: [number, number, number][] = [
      [0, 2, 0],
      [0, -1, Infinity],
      [2, 2000, Infinity],
      [2, -2000, 0],
      [0.5, 1e300, 0],
      [-2, 0.5, Number.NaN],
      [-8, 3, -512],
      [Number.NaN, 0, 1],
      [1, Infinity, 1],
      [2, -Infinity, 0],
      [Infinity, 2, Infinity],
      [2, 1023, 2 ** 1023],
      [2, -1074, 2 ** -1074],
    ];
    const found = computed(
      "EXPT(x, y)",
      cases.map(([x]) => x),
      cases.map(([, y]) => y),
    );
    expect(found).toEqual(cases.map(([, , power]) => power));
  });

  it("has the limits that the functions have", () => {
    const inputs = [Number.NaN, Infinity, -Infinity, 0, -1, 2];
    const all = (expression: string) => computed(expression, inputs);
    expect(all("EXP(x)")).toEqual([Number.NaN, Infinity, 0, 1, 0.36787944117144233, 7.38905609893065]);
    expect(all("LN(x)")).toEqual([Number.NaN, Infinity, Number.NaN, -Infinity, Number.NaN, Math.LN2]);
    expect(all("SIN(x)").slice(0, 4)).toEqual([Number.NaN, Number.NaN, Number.NaN, 0]);
    expect(all("ATAN(x)").slice(0, 3)).toEqual([Number.NaN, Math.PI / 2, -Math.PI / 2]);
    expect(all("ASIN(x)").at(-1)).toBeNaN();
    expect(computed("LOG(x)", [1000, 1e-7, 1e22])).toEqual([3, -7, 22]);
  });
});

describe("functions of real numbers", () => {
  it("are computed in LREAL when an operand is one, or when nothing but literals stand there and LREAL is wanted", () => {
    const variables = "l, a, b, c, d : LREAL := 2.0; r, e, f : REAL := 3.0; i : INT := 3;";
    const statements =
      "a := SQRT(2.0); b := EXPT(l, i); c := SIN(0.5) * l; d := MAX(0.1, l - 3.0) + ABS(-0.1); e := SQRT(r); f := SQRT(i);";
    expect(valuesAfter(`PROGRAM M VAR ${variables} END_VAR ${statements} END_PROGRAM`, "a b c d e f")).toEqual([
      Math.SQRT2,
      8,
      2 * Math.sin(0.5),
      0.2,
      1.7320508,
      1.7320508,
    ]);
  });
});
