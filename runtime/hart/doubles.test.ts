import { describe, expect, test } from "vitest";
import type { DoubleOperation } from "../isa/index.ts";
import { DOUBLES } from "./doubles.ts";
import { FLAG, ROUNDING } from "./float-rules.ts";
import { fWord, WORD } from "./layout.ts";
import { bitsOf, compute, numberOf } from "./testing/float-cases.ts";
import { Random } from "./testing/random.ts";

const { nearestEven: RNE, towardZero: RTZ, down: RDN, up: RUP, nearestAway: RMM } = ROUNDING;
const { inexact: NX, underflow: UF, overflow: OF, divideByZero: DZ, invalid: NV } = FLAG;

const ONE = bitsOf(1);
const MAX = bitsOf(Number.MAX_VALUE);
const INF = bitsOf(Infinity);
const MIN_NORMAL = bitsOf(2 ** -1022);
const NEGATIVE = 1n << 63n;
const QNAN = 0x7ff8_0000_0000_0000n;
/** A quiet NaN with a payload, and a signaling one. */
const PAYLOAD = 0xfff8_1234_0000_0001n;
const SNAN = 0x7ff0_0000_0000_0001n;
const EPSILON = 2 ** -52;

type Case = readonly [
  operation: DoubleOperation,
  rm: number,
  operands: readonly (bigint | number)[],
  result: bigint,
  flags: number,
];

/** Operands and results are bit patterns; numbers stand for their doubles, in operands. */
const CASES: Readonly<Record<string, readonly Case[]>> = {
  "ties go to even, or away, or where the mode says": [
    ["add", RNE, [1, EPSILON / 2], ONE, NX],
    ["add", RMM, [1, EPSILON / 2], ONE + 1n, NX],
    ["add", RMM, [-1, -EPSILON / 2], (NEGATIVE | ONE) + 1n, NX],
    ["add", RMM, [1, EPSILON / 2 - 2 ** -106], ONE, NX],
    ["add", RUP, [1, 2 ** -1074], ONE + 1n, NX],
    ["add", RDN, [-1, -(2 ** -1074)], (NEGATIVE | ONE) + 1n, NX],
    ["add", RTZ, [1, -(2 ** -1074)], ONE - 1n, NX],
    ["add", RNE, [1 + EPSILON, EPSILON / 2], ONE + 2n, NX],
    ["mul", RMM, [1 + EPSILON, 1.5], bitsOf(1.5) + 2n, NX],
    ["mul", RNE, [1 + EPSILON, 1.5], bitsOf(1.5) + 2n, NX],
    ["mul", RTZ, [1 + EPSILON, 1.5], bitsOf(1.5) + 1n, NX],
  ],
  "a sum that cancels has the sign that its mode says": [
    ["add", RNE, [1, -1], 0n, 0],
    ["add", RDN, [1, -1], NEGATIVE, 0],
    ["sub", RDN, [0, 0], NEGATIVE, 0],
    ["add", RDN, [0, 0], 0n, 0],
    ["add", RUP, [-0, -0], NEGATIVE, 0],
    ["fmadd", RDN, [2, 2, -4], NEGATIVE, 0],
    ["fmadd", RNE, [2, 2, -4], 0n, 0],
    ["fnmadd", RNE, [0, 1, 0], NEGATIVE, 0],
    ["fmadd", RDN, [0, -1, 0], NEGATIVE, 0],
  ],
  "a fused multiply-add rounds once": [
    ["fmadd", RNE, [1 + EPSILON, 1 - EPSILON, -1], bitsOf(-(2 ** -104)), 0],
    ["fmsub", RNE, [1 + EPSILON, 1 + EPSILON, 1 + 2 * EPSILON], bitsOf(2 ** -104), 0],
    ["fnmsub", RNE, [1 + EPSILON, 1 + EPSILON, 1 + 2 * EPSILON], bitsOf(-(2 ** -104)), 0],
    // (1 + ε)(1 − ε) ε/2 lies just below half a unit; a double in between would make it a tie.
    ["fmadd", RNE, [(1 + EPSILON) * (EPSILON / 2), 1 - EPSILON, 1 + EPSILON], ONE + 1n, NX],
    ["fmadd", RMM, [(1 + EPSILON) * (EPSILON / 2), 1 - EPSILON, 1], ONE, NX],
    ["fmadd", RMM, [EPSILON / 2, 1, 1], ONE + 1n, NX],
    ["fmadd", RNE, [2 ** 1000, 2 ** 1000, -Infinity], NEGATIVE | INF, 0],
    ["fmadd", RNE, [2 ** 1000, 2 ** 24, -Number.MAX_VALUE], bitsOf(2 ** 971), 0],
    ["fmadd", RUP, [2 ** -1000, 2 ** -1000, 1], ONE + 1n, NX],
  ],
  "overflow gives infinity or the largest number, as the mode says": [
    ["add", RNE, [MAX, 2 ** 970], INF, OF | NX],
    ["add", RNE, [MAX, 2 ** 969], MAX, NX],
    ["add", RMM, [MAX, 2 ** 970], INF, OF | NX],
    ["add", RTZ, [MAX, MAX], MAX, OF | NX],
    ["add", RDN, [MAX, MAX], MAX, OF | NX],
    ["add", RDN, [-Number.MAX_VALUE, -1], NEGATIVE | INF, OF | NX],
    ["mul", RUP, [-(2 ** 600), 2 ** 600], NEGATIVE | MAX, OF | NX],
    ["div", RNE, [2 ** 600, 2 ** -600], INF, OF | NX],
    ["add", RTZ, [MAX, 1], MAX, NX],
  ],
  "underflow is a tiny result after rounding, when inexact": [
    // The product is 2^-1022 (1 − 2^-54), which 53 bits round up to 2^-1022, or down to a tiny number.
    ["mul", RNE, [(2 ** 27 - 1) * 2 ** -500, (2 ** 27 + 1) * 2 ** -576], MIN_NORMAL, NX],
    ["mul", RTZ, [(2 ** 27 - 1) * 2 ** -500, (2 ** 27 + 1) * 2 ** -576], MIN_NORMAL - 1n, UF | NX],
    ["mul", RNE, [2 ** -600, 2 ** -600], 0n, UF | NX],
    ["mul", RUP, [2 ** -600, 2 ** -600], 1n, UF | NX],
    ["mul", RMM, [2 ** -537, 2 ** -538], 1n, UF | NX],
    ["mul", RNE, [2 ** -537, 2 ** -538], 0n, UF | NX],
    ["mul", RNE, [2 ** -537, 2 ** -537], 1n, 0],
    ["div", RNE, [2 ** -1074, 2], 0n, UF | NX],
    ["div", RNE, [3 * 2 ** -1074, 2], 2n, UF | NX],
    ["div", RTZ, [2 ** -1022, 1 + EPSILON], MIN_NORMAL - 1n, UF | NX],
    ["add", RNE, [2 ** -1074, 2 ** -1022 - 2 ** -1074], MIN_NORMAL, 0],
  ],
  "quotients and roots are exact to the last bit": [
    ["div", RNE, [1, 3], 0x3fd5_5555_5555_5555n, NX],
    ["div", RUP, [1, 3], 0x3fd5_5555_5555_5556n, NX],
    ["div", RDN, [-1, 3], NEGATIVE | 0x3fd5_5555_5555_5556n, NX],
    ["div", RNE, [7, 7], ONE, 0],
    ["sqrt", RNE, [2], 0x3ff6_a09e_667f_3bcdn, NX],
    ["sqrt", RDN, [2], 0x3ff6_a09e_667f_3bccn, NX],
    ["sqrt", RNE, [2 ** -1074], bitsOf(2 ** -537), 0],
    ["sqrt", RUP, [MAX], bitsOf(2 ** 512), NX],
    ["sqrt", RNE, [-0], NEGATIVE, 0],
    ["sqrt", RNE, [Infinity], INF, 0],
  ],
  "invalid operations give the canonical NaN, and NaNs only pass": [
    ["sub", RNE, [Infinity, Infinity], QNAN, NV],
    ["mul", RNE, [0, -Infinity], QNAN, NV],
    ["div", RNE, [0, -0], QNAN, NV],
    ["sqrt", RNE, [-1], QNAN, NV],
    ["add", RNE, [PAYLOAD, 1], QNAN, 0],
    ["add", RNE, [1, SNAN], QNAN, NV],
    ["fmadd", RNE, [0, Infinity, PAYLOAD], QNAN, NV],
    ["fmadd", RNE, [Infinity, 1, -Infinity], QNAN, NV],
    ["fmadd", RNE, [2 ** 1000, 2 ** 1000, PAYLOAD], QNAN, 0],
    ["fmadd", RNE, [1, 1, SNAN], QNAN, NV],
    ["div", RNE, [PAYLOAD, 0], QNAN, 0],
    ["div", RNE, [1, -0], NEGATIVE | INF, DZ],
    ["div", RNE, [Infinity, 0], INF, 0],
  ],
  "minimum and maximum prefer numbers and order the zeros": [
    ["min", RNE, [0, -0], NEGATIVE, 0],
    ["min", RNE, [-0, 0], NEGATIVE, 0],
    ["max", RNE, [-0, 0], 0n, 0],
    ["max", RNE, [0, -0], 0n, 0],
    ["min", RNE, [PAYLOAD, 1], ONE, 0],
    ["max", RNE, [1, SNAN], ONE, NV],
    ["max", RNE, [PAYLOAD, PAYLOAD], QNAN, 0],
  ],
  "comparisons of NaN are false, and invalid when ordered or signaling": [
    ["equal", RNE, [PAYLOAD, PAYLOAD], 0n, 0],
    ["equal", RNE, [SNAN, 1], 0n, NV],
    ["less", RNE, [PAYLOAD, 1], 0n, NV],
    ["lessOrEqual", RNE, [1, PAYLOAD], 0n, NV],
    ["equal", RNE, [0, -0], 1n, 0],
    ["less", RNE, [-0, 0], 0n, 0],
  ],
  "conversions to integers round, saturate and say so": [
    ["toInt", RMM, [-(0.5 - 2 ** -54)], 0n, NX],
    ["toInt", RMM, [0.5], 1n, NX],
    ["toInt", RNE, [0.5], 0n, NX],
    ["toInt", RNE, [2 ** 31 - 0.5], 0x7fff_ffffn, NV],
    ["toInt", RTZ, [2 ** 31 - 0.5], 0x7fff_ffffn, NX],
    ["toInt", RNE, [-(2 ** 31) - 0.5], 0x8000_0000n, NX],
    ["toInt", RDN, [-(2 ** 31) - 0.5], 0x8000_0000n, NV],
    ["toInt", RNE, [PAYLOAD], 0x7fff_ffffn, NV],
    ["toUnsigned", RNE, [-0.5], 0n, NX],
    ["toUnsigned", RDN, [-0.5], 0n, NV],
    ["toUnsigned", RTZ, [2 ** 32 - 0.5], 0xffff_ffffn, NX],
    ["toUnsigned", RUP, [2 ** 32 - 0.5], 0xffff_ffffn, NV],
    ["toUnsigned", RNE, [-Infinity], 0n, NV],
  ],
  "the class is one of ten": [
    ["classify", RNE, [-Infinity], 1n << 0n, 0],
    ["classify", RNE, [-1], 1n << 1n, 0],
    ["classify", RNE, [-(2 ** -1074)], 1n << 2n, 0],
    ["classify", RNE, [-(2 ** -1030)], 1n << 2n, 0],
    ["classify", RNE, [-0], 1n << 3n, 0],
    ["classify", RNE, [0], 1n << 4n, 0],
    ["classify", RNE, [MIN_NORMAL - 1n], 1n << 5n, 0],
    ["classify", RNE, [MIN_NORMAL], 1n << 6n, 0],
    ["classify", RNE, [Infinity], 1n << 7n, 0],
    ["classify", RNE, [SNAN], 1n << 8n, 0],
    ["classify", RNE, [PAYLOAD], 1n << 9n, 0],
  ],
  "sign injection keeps every other bit": [
    ["copySign", RNE, [SNAN, -1], NEGATIVE | SNAN, 0],
    ["copyNegatedSign", RNE, [PAYLOAD, -1], PAYLOAD & ~NEGATIVE, 0],
    ["xorSign", RNE, [-1, -0], ONE, 0],
  ],
  "a boxed single becomes a double; what is not boxed is a NaN": [
    ["fromSingle", RNE, [0xffff_ffff_3f80_0000n], ONE, 0],
    ["fromSingle", RNE, [0xffff_ffff_8000_0001n], bitsOf(-(2 ** -149)), 0],
    ["fromSingle", RNE, [0xffff_ffff_ff80_0000n], NEGATIVE | INF, 0],
    ["fromSingle", RNE, [0xffff_ffff_7f80_0001n], QNAN, NV],
    ["fromSingle", RNE, [0xffff_ffff_ffc1_2345n], QNAN, 0],
    ["fromSingle", RNE, [0xffff_fffe_3f80_0000n], QNAN, 0],
  ],
};

describe("double-precision arithmetic", () => {
  for (const [behaviour, cases] of Object.entries(CASES)) {
    test(behaviour, () => {
      for (const [operation, rm, operands, result, flags] of cases) {
        const bits = operands.map((operand) => (typeof operand === "number" ? bitsOf(operand) : operand));
        const shown = `${operation} ${bits.map((each) => each.toString(16))} in mode ${rm}`;
        const [a = 0n, b = 0n, c = 0n] = bits;
        expect(compute(DOUBLES[operation], rm, a, b, c), shown).toEqual({ bits: result, flags });
        // With the inexact flag raised before, most go a shorter way.
        expect(compute(DOUBLES[operation], rm, a, b, c, NX), shown).toEqual({ bits: result, flags: flags | NX });
      }
    });
  }

  test("the target may be one of the sources", () => {
    const words = new Int32Array(WORD.pc + 2);
    const registers = { words, singles: new Float32Array(words.buffer), doubles: new Float64Array(words.buffer) };
    registers.doubles[fWord(1) >> 1] = 3;
    for (const operation of ["add", "mul", "fmadd", "copyNegatedSign", "div"] as const) {
      DOUBLES[operation](registers, RNE, fWord(1), fWord(1), fWord(1), fWord(1));
    }
    // 3 + 3 = 6, × 6 = 36, 36² + 36 = 1332, −1332, ÷ itself.
    expect(registers.doubles[fWord(1) >> 1]).toBe(1);
  });
});

/** numerator ÷ denominator, which is positive. */
interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const rationalOf = (value: number): Rational => {
  let denominator = 1n;
  let integer = value;
  for (; !Number.isInteger(integer); integer *= 2) denominator *= 2n;
  return { numerator: BigInt(integer), denominator };
};
/** What comes after the largest number: rounding takes infinity for that. */
const LIMIT = 2n ** 1024n;
const limited = (value: number): Rational =>
  Number.isFinite(value) ? rationalOf(value) : { numerator: value > 0 ? LIMIT : -LIMIT, denominator: 1n };

const sum = (a: Rational, b: Rational): Rational => ({
  numerator: a.numerator * b.denominator + b.numerator * a.denominator,
  denominator: a.denominator * b.denominator,
});
const product = (a: Rational, b: Rational): Rational => ({
  numerator: a.numerator * b.numerator,
  denominator: a.denominator * b.denominator,
});
const inverse = ({ numerator, denominator }: Rational): Rational =>
  numerator > 0n
    ? { numerator: denominator, denominator: numerator }
    : { numerator: -denominator, denominator: -numerator };
/** Of a − b. */
const signOf = (a: Rational, b: Rational): number => {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference === 0n ? 0 : difference > 0n ? 1 : -1;
};

const EXACT = {
  add: (a, b) => sum(a, b),
  mul: (a, b) => product(a, b),
  div: (a, b) => product(a, inverse(b)),
  fmadd: (a, b, c) => sum(product(a, b), c),
} as const satisfies Partial<Record<DoubleOperation, (a: Rational, b: Rational, c: Rational) => Rational>>;

test("all modes choose the right neighbour of the exact result", () => {
  const random = new Random(1);
  const finite = (): bigint => {
    for (;;) {
      const bits = random.double();
      if (Number.isFinite(numberOf(bits)) && numberOf(bits) !== 0) return bits;
    }
  };
  let ties = 0;
  for (let count = 0; count < 8000; count++) {
    const operation = random.oneOf(Object.keys(EXACT) as (keyof typeof EXACT)[]);
    const operands = [finite(), finite(), finite()] as const;
    const [a, b, c] = [
      rationalOf(numberOf(operands[0])),
      rationalOf(numberOf(operands[1])),
      rationalOf(numberOf(operands[2])),
    ];
    const exact = EXACT[operation](a, b, c);
    if (exact.numerator ** 2n >= LIMIT ** 2n * exact.denominator ** 2n) continue;
    const [nearestEven, towardZero, down, up, nearestAway] = [RNE, RTZ, RDN, RUP, RMM].map(
      (rm) => compute(DOUBLES[operation], rm, ...operands).bits,
    ) as [bigint, bigint, bigint, bigint, bigint];
    const shown = `${operation} ${operands.map((bits) => bits.toString(16))}`;

    const [below, above] = [limited(numberOf(down)), limited(numberOf(up))];
    if (signOf(below, exact) === 0) {
      // −0 and +0 are one number.
      expect(
        new Set([nearestEven, towardZero, up, nearestAway].map((bits) => numberOf(bits) - numberOf(down))),
        shown,
      ).toEqual(new Set([0]));
      continue;
    }
    expect(signOf(below, exact), shown).toBe(-1);
    expect(signOf(exact, above), shown).toBe(-1);
    const isNegative = exact.numerator < 0n;
    expect(isNegative ? down - up : up - down, shown).toBe(1n);
    expect(towardZero, shown).toBe(isNegative ? up : down);

    const middle = product(sum(below, above), { numerator: 1n, denominator: 2n });
    const side = signOf(exact, middle);
    if (side === 0) ties++;
    const even = (up & 1n) === 0n ? up : down;
    expect(nearestEven, shown).toBe(side === 0 ? even : side > 0 ? up : down);
    const away = isNegative ? down : up;
    expect(nearestAway, shown).toBe(side === 0 ? away : side > 0 ? up : down);
  }
  expect(ties).toBeGreaterThan(50);
});
