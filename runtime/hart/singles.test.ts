import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SingleOperation } from "../isa/index.ts";
import { FLAG, ROUNDING } from "./float-rules.ts";
import { SINGLES } from "./singles.ts";
import { compute as computeWide, bitsOf as doubleOf } from "./testing/float-cases.ts";
import { Random } from "./testing/random.ts";

const { nearestEven: RNE, towardZero: RTZ, down: RDN, up: RUP, nearestAway: RMM } = ROUNDING;
const { inexact: NX, underflow: UF, overflow: OF, divideByZero: DZ, invalid: NV } = FLAG;

const bitsOf = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0]!;
const numberOf = (bits: number): number => new Float32Array(Uint32Array.of(bits).buffer)[0]!;

/** The result is a boxed single, or in x. */
const compute = (operation: SingleOperation, rm: number, ...operands: number[]): { result: number; flags: number } => {
  const [a = BOX, b = BOX, c = BOX] = operands.map(boxed);
  const { bits, flags } = computeWide(SINGLES[operation], rm, a, b, c);
  // With the inexact flag raised before, most go a shorter way.
  const again = computeWide(SINGLES[operation], rm, a, b, c, NX);
  expect(again).toEqual({ bits, flags: flags | NX });
  expect(bits >> 32n).toBe(IN_X.has(operation) ? 0n : 0xffff_ffffn);
  return { result: Number(bits & 0xffff_ffffn), flags };
};
const BOX = 0xffff_ffff_0000_0000n;
const boxed = (bits: number): bigint => BOX | BigInt(bits >>> 0);
const IN_X = new Set<SingleOperation>(["equal", "less", "lessOrEqual", "classify", "toInt", "toUnsigned", "moveToX"]);

const ONE = 0x3f80_0000;
const TWO = 0x4000_0000;
const MAX = 0x7f7f_ffff;
const INF = 0x7f80_0000;
const QNAN = 0x7fc0_0000;
/** A quiet NaN with a payload, and a signaling one. */
const PAYLOAD = 0xffc1_2345;
const SNAN = 0x7f80_0001;
const NEGATIVE = 0x8000_0000;
const MIN_NORMAL = 0x0080_0000;
const power = (exponent: number): number => bitsOf(2 ** exponent);

type Case = readonly [
  operation: SingleOperation,
  rm: number,
  operands: readonly number[],
  result: number,
  flags: number,
];

const CASES: Readonly<Record<string, readonly Case[]>> = {
  "ties go to even, or away, or where the mode says": [
    ["add", RNE, [ONE, power(-24)], ONE, NX],
    ["add", RMM, [ONE, power(-24)], ONE + 1, NX],
    ["add", RUP, [ONE, power(-24)], ONE + 1, NX],
    ["add", RDN, [ONE, power(-24)], ONE, NX],
    ["add", RTZ, [ONE, power(-24)], ONE, NX],
    ["add", RNE, [ONE + 1, power(-24)], ONE + 2, NX],
    ["add", RDN, [NEGATIVE | ONE, bitsOf(-(2 ** -60))], (NEGATIVE | (ONE + 1)) >>> 0, NX],
    ["add", RUP, [ONE, power(-149)], ONE + 1, NX],
    ["add", RTZ, [ONE, bitsOf(-(2 ** -149))], ONE - 1, NX],
  ],
  "a sum that cancels has the sign that its mode says": [
    ["add", RNE, [ONE, NEGATIVE | ONE], 0, 0],
    ["add", RDN, [ONE, NEGATIVE | ONE], NEGATIVE, 0],
    ["sub", RDN, [0, 0], NEGATIVE, 0],
    ["add", RDN, [0, 0], 0, 0],
    ["add", RUP, [NEGATIVE, NEGATIVE], NEGATIVE, 0],
    ["fmadd", RDN, [TWO, TWO, bitsOf(-4)], NEGATIVE, 0],
  ],
  "a fused multiply-add rounds once": [
    // (1 + 2^-23)(1 − 2^-23) 2^-24 lies 2^-70 below half a unit; a double in between would make it a tie.
    ["fmadd", RNE, [0x3980_0001, 0x397f_fffe, ONE + 1], ONE + 1, NX],
    ["fmsub", RNE, [0x3980_0001, 0xb97f_fffe, ONE + 1], (NEGATIVE | (ONE + 1)) >>> 0, NX],
    ["fnmsub", RNE, [0x3980_0001, 0xb97f_fffe, ONE + 1], ONE + 1, NX],
    ["fnmadd", RNE, [0x3980_0001, 0x397f_fffe, ONE + 1], (NEGATIVE | (ONE + 1)) >>> 0, NX],
    ["fmadd", RUP, [power(-149), power(-149), ONE], ONE + 1, NX],
    ["fmadd", RNE, [MAX, TWO, NEGATIVE | MAX], MAX, 0],
  ],
  "overflow gives infinity or the largest number": [
    ["mul", RNE, [MAX, TWO], INF, OF | NX],
    ["mul", RTZ, [MAX, TWO], MAX, OF | NX],
    ["mul", RDN, [MAX, TWO], MAX, OF | NX],
    ["mul", RUP, [MAX, TWO], INF, OF | NX],
    ["mul", RMM, [MAX, TWO], INF, OF | NX],
    ["mul", RUP, [MAX, bitsOf(-2)], (NEGATIVE | MAX) >>> 0, OF | NX],
    ["add", RNE, [MAX, power(103)], INF, OF | NX],
    ["add", RMM, [MAX, power(103)], INF, OF | NX],
    ["add", RNE, [MAX, power(102)], MAX, NX],
    ["add", RUP, [MAX, power(102)], INF, OF | NX],
    ["add", RTZ, [MAX, power(103)], MAX, NX],
  ],
  "underflow is a tiny result after rounding, when inexact": [
    // 31 × 1082401 = 2^25 − 1: the product is 2^-126 (1 − 2^-25), which 24 bits round up to 2^-126.
    ["mul", RNE, [bitsOf(31 * 2 ** -20), bitsOf(1082401 * 2 ** -131)], MIN_NORMAL, NX],
    ["mul", RTZ, [bitsOf(31 * 2 ** -20), bitsOf(1082401 * 2 ** -131)], MIN_NORMAL - 1, UF | NX],
    ["fmadd", RNE, [bitsOf(-(2 ** -75)), power(-76), MIN_NORMAL], MIN_NORMAL, NX],
    ["fmadd", RNE, [bitsOf(-(2 ** -75)), power(-75), MIN_NORMAL], MIN_NORMAL, UF | NX],
    ["fmadd", RUP, [bitsOf(-(2 ** -75)), power(-76), MIN_NORMAL], MIN_NORMAL, NX],
    ["fmadd", RDN, [bitsOf(-(2 ** -75)), power(-76), MIN_NORMAL], MIN_NORMAL - 1, UF | NX],
    ["div", RNE, [1, TWO], 0, UF | NX],
    ["div", RMM, [1, TWO], 1, UF | NX],
    ["div", RUP, [1, MAX], 1, UF | NX],
    ["div", RDN, [NEGATIVE | 1, MAX], (NEGATIVE | 1) >>> 0, UF | NX],
    ["mul", RNE, [MIN_NORMAL, 0x3f00_0000], MIN_NORMAL >> 1, 0],
    ["add", RNE, [1, MIN_NORMAL - 1], MIN_NORMAL, 0],
  ],
  "quotients and roots are exact to the last bit": [
    ["div", RNE, [ONE, bitsOf(3)], 0x3eaa_aaab, NX],
    ["div", RTZ, [ONE, bitsOf(3)], 0x3eaa_aaaa, NX],
    ["div", RNE, [bitsOf(7), bitsOf(7)], ONE, 0],
    ["div", RUP, [ONE, ONE + 1], ONE - 1, NX],
    ["sqrt", RNE, [TWO], 0x3fb5_04f3, NX],
    ["sqrt", RUP, [TWO], 0x3fb5_04f4, NX],
    ["sqrt", RNE, [1], 0x1a35_04f3, NX],
    ["sqrt", RNE, [ONE - 1], ONE - 1, NX],
    ["sqrt", RDN, [bitsOf(16)], bitsOf(4), 0],
    ["sqrt", RNE, [NEGATIVE], NEGATIVE, 0],
    ["sqrt", RNE, [INF], INF, 0],
  ],
  "invalid operations give the canonical NaN, and NaNs only pass": [
    ["sub", RNE, [INF, INF], QNAN, NV],
    ["mul", RNE, [0, INF], QNAN, NV],
    ["div", RNE, [0, NEGATIVE], QNAN, NV],
    ["div", RNE, [INF, INF], QNAN, NV],
    ["sqrt", RNE, [NEGATIVE | ONE], QNAN, NV],
    ["fmadd", RNE, [0, INF, PAYLOAD], QNAN, NV],
    ["fmadd", RNE, [INF, ONE, NEGATIVE | INF], QNAN, NV],
    ["fmadd", RNE, [ONE, ONE, SNAN], QNAN, NV],
    ["fmadd", RNE, [PAYLOAD, INF, ONE], QNAN, 0],
    ["add", RNE, [PAYLOAD, ONE], QNAN, 0],
    ["add", RNE, [SNAN, ONE], QNAN, NV],
    ["div", RNE, [PAYLOAD, 0], QNAN, 0],
    ["div", RNE, [ONE, 0], INF, DZ],
    ["div", RNE, [NEGATIVE | ONE, 0], (NEGATIVE | INF) >>> 0, DZ],
    ["div", RNE, [INF, 0], INF, 0],
  ],
  "minimum and maximum prefer numbers and order the zeros": [
    ["min", RNE, [0, NEGATIVE], NEGATIVE, 0],
    ["max", RNE, [NEGATIVE, 0], 0, 0],
    ["min", RNE, [PAYLOAD, ONE], ONE, 0],
    ["max", RNE, [ONE, SNAN], ONE, NV],
    ["max", RNE, [PAYLOAD, PAYLOAD], QNAN, 0],
    ["min", RNE, [NEGATIVE | INF, INF], (NEGATIVE | INF) >>> 0, 0],
  ],
  "comparisons of NaN are false, and invalid when ordered or signaling": [
    ["equal", RNE, [PAYLOAD, PAYLOAD], 0, 0],
    ["equal", RNE, [SNAN, ONE], 0, NV],
    ["less", RNE, [PAYLOAD, ONE], 0, NV],
    ["lessOrEqual", RNE, [ONE, PAYLOAD], 0, NV],
    ["equal", RNE, [0, NEGATIVE], 1, 0],
    ["less", RNE, [NEGATIVE, 0], 0, 0],
    ["lessOrEqual", RNE, [0, NEGATIVE], 1, 0],
  ],
  "conversions to integers round, saturate and say so": [
    ["toInt", RNE, [bitsOf(2.5)], 2, NX],
    ["toInt", RMM, [bitsOf(2.5)], 3, NX],
    ["toInt", RNE, [bitsOf(-3.5)], -4 >>> 0, NX],
    ["toInt", RMM, [bitsOf(-2.5)], -3 >>> 0, NX],
    ["toInt", RDN, [bitsOf(-0.1)], -1 >>> 0, NX],
    ["toInt", RUP, [bitsOf(0.1)], 1, NX],
    ["toInt", RTZ, [bitsOf(-0.9)], 0, NX],
    ["toInt", RNE, [bitsOf(2 ** 31)], 0x7fff_ffff, NV],
    ["toInt", RNE, [bitsOf(-(2 ** 31))], 0x8000_0000, 0],
    ["toInt", RNE, [0xcf00_0001], 0x8000_0000, NV],
    ["toInt", RNE, [NEGATIVE | QNAN], 0x7fff_ffff, NV],
    ["toInt", RNE, [NEGATIVE | INF], 0x8000_0000, NV],
    ["toUnsigned", RNE, [bitsOf(-0.5)], 0, NX],
    ["toUnsigned", RDN, [bitsOf(-0.5)], 0, NV],
    ["toUnsigned", RTZ, [bitsOf(-1)], 0, NV],
    ["toUnsigned", RNE, [0x4f7f_ffff], 0xffff_ff00, 0],
    ["toUnsigned", RNE, [bitsOf(2 ** 32)], 0xffff_ffff, NV],
    ["toUnsigned", RNE, [QNAN], 0xffff_ffff, NV],
  ],
  "conversions from integers round": [
    ["fromInt", RNE, [2 ** 24 + 1], 0x4b80_0000, NX],
    ["fromInt", RMM, [2 ** 24 + 1], 0x4b80_0001, NX],
    ["fromInt", RDN, [-(2 ** 24) - 1], 0xcb80_0001, NX],
    ["fromInt", RNE, [0x7fff_ffff], 0x4f00_0000, NX],
    ["fromInt", RTZ, [0x7fff_ffff], 0x4eff_ffff, NX],
    ["fromInt", RDN, [0], 0, 0],
    ["fromUnsigned", RNE, [0xffff_ffff], 0x4f80_0000, NX],
    ["fromUnsigned", RNE, [0x8000_0000], 0x4f00_0000, 0],
  ],
  "the class is one of ten": [
    ["classify", RNE, [NEGATIVE | INF], 1 << 0, 0],
    ["classify", RNE, [NEGATIVE | ONE], 1 << 1, 0],
    ["classify", RNE, [NEGATIVE | 1], 1 << 2, 0],
    ["classify", RNE, [NEGATIVE], 1 << 3, 0],
    ["classify", RNE, [0], 1 << 4, 0],
    ["classify", RNE, [MIN_NORMAL - 1], 1 << 5, 0],
    ["classify", RNE, [MIN_NORMAL], 1 << 6, 0],
    ["classify", RNE, [INF], 1 << 7, 0],
    ["classify", RNE, [SNAN], 1 << 8, 0],
    ["classify", RNE, [PAYLOAD], 1 << 9, 0],
  ],
  "moves and sign injection keep every bit": [
    ["moveToX", RNE, [SNAN], SNAN, 0],
    ["moveFromX", RNE, [PAYLOAD], PAYLOAD, 0],
    ["copySign", RNE, [SNAN, NEGATIVE], (NEGATIVE | SNAN) >>> 0, 0],
    ["copyNegatedSign", RNE, [PAYLOAD, NEGATIVE], PAYLOAD & 0x7fff_ffff, 0],
    ["xorSign", RNE, [NEGATIVE | ONE, NEGATIVE], ONE, 0],
  ],
};

describe("single-precision arithmetic", () => {
  for (const [behaviour, cases] of Object.entries(CASES)) {
    test(behaviour, () => {
      for (const [operation, rm, operands, result, flags] of cases) {
        const shown = `${operation} ${operands.map((bits) => (bits >>> 0).toString(16))} in mode ${rm}`;
        expect(compute(operation, rm, ...operands), shown).toEqual({ result, flags });
      }
    });
  }

  test("rounds to nearest as the host does, and brackets the result in the other modes", () => {
    const anyBits = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    const nearby = fc.integer({ min: 0x3f00_0000, max: 0x40ff_ffff });
    const operand = fc.oneof(anyBits, nearby);
    const host = {
      add: (x: number, y: number) => x + y,
      sub: (x: number, y: number) => x - y,
      mul: (x: number, y: number) => x * y,
      div: (x: number, y: number) => x / y,
    } as const;
    fc.assert(
      fc.property(fc.constantFrom("add", "sub", "mul", "div"), operand, operand, (operation, a, b) => {
        const nearest = compute(operation, RNE, a, b);
        const expected = Math.fround(host[operation](numberOf(a), numberOf(b)));
        if (Number.isNaN(expected)) {
          expect(nearest.result).toBe(QNAN);
          return;
        }
        expect(numberOf(nearest.result)).toBe(expected);
        const [down, up, toZero] = [RDN, RUP, RTZ].map((rm) => numberOf(compute(operation, rm, a, b).result));
        expect(down! <= expected && expected <= up!).toBe(true);
        expect(Math.abs(toZero!)).toBe(Math.min(Math.abs(down!), Math.abs(up!)));
        expect((nearest.flags & NX) !== 0).toBe(down !== up);
      }),
      { numRuns: 5000 },
    );
  });
});

test("what is not boxed reads as the canonical NaN, except to a move", () => {
  const unboxed = 0xffff_fffe_3f80_0000n;
  const one = boxed(ONE);
  const results = {
    add: boxed(QNAN),
    copySign: boxed(QNAN),
    min: one,
    equal: 0n,
    classify: 1n << 9n,
    toInt: 0x7fff_ffffn,
    fmadd: boxed(QNAN),
    moveToX: BigInt(ONE),
  } as const satisfies Partial<Record<SingleOperation, bigint>>;
  for (const [operation, bits] of Object.entries(results) as [keyof typeof results, bigint][]) {
    expect(computeWide(SINGLES[operation], RNE, unboxed, one, one), operation).toEqual({
      bits,
      flags: operation === "toInt" ? NV : 0,
    });
  }
});

describe("a double becomes a single", () => {
  const cases: readonly (readonly [rm: number, double: bigint, result: number, flags: number])[] = [
    [RNE, doubleOf(1), ONE, 0],
    [RNE, doubleOf(1 + 2 ** -24), ONE, NX],
    [RMM, doubleOf(1 + 2 ** -24), ONE + 1, NX],
    [RUP, doubleOf(1 + 2 ** -52), ONE + 1, NX],
    [RNE, doubleOf(1e300), INF, OF | NX],
    [RTZ, doubleOf(1e300), MAX, OF | NX],
    [RDN, doubleOf(-1e300), (NEGATIVE | INF) >>> 0, OF | NX],
    [RNE, doubleOf(1e-300), 0, UF | NX],
    [RUP, doubleOf(1e-300), 1, UF | NX],
    [RUP, doubleOf(2 ** -1074), 1, UF | NX],
    [RNE, doubleOf(2 ** -126 - 2 ** -151), MIN_NORMAL, NX],
    [RTZ, doubleOf(2 ** -126 - 2 ** -151), MIN_NORMAL - 1, UF | NX],
    [RNE, doubleOf(2 ** -149), 1, 0],
    [RNE, doubleOf(-Infinity), (NEGATIVE | INF) >>> 0, 0],
    [RNE, 0xfff8_0000_1234_0000n, QNAN, 0],
    [RNE, 0x7ff0_0000_0000_0001n, QNAN, NV],
  ];
  for (const [rm, double, result, flags] of cases) {
    test(`${double.toString(16)} in mode ${rm}`, () => {
      expect(computeWide(SINGLES.fromDouble, rm, double)).toEqual({ bits: boxed(result), flags });
    });
  }
});

test("the inexact flag, when it is raised already, changes nothing", () => {
  const random = new Random(3);
  const operations = Object.keys(SINGLES) as SingleOperation[];
  for (let count = 0; count < 15_000; count++) {
    const operation = random.oneOf(operations);
    const [a, b, c] = [boxed(random.value()), boxed(random.value()), boxed(random.value())];
    const source = operation === "fromDouble" ? random.double() : a;
    const rm = random.below(5);
    const fresh = computeWide(SINGLES[operation], rm, source, b, c);
    const shown = `${operation} ${[source, b, c].map((bits) => bits.toString(16))} in mode ${rm}`;
    expect(computeWide(SINGLES[operation], rm, source, b, c, NX), shown).toEqual({ ...fresh, flags: fresh.flags | NX });
  }
});
