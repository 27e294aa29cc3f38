/** Random doubles here and on the host's own floating-point unit: the same results and flags in the four modes that it has. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requirePeers } from "../../hil-tests/peers.ts";
import { DOUBLES } from "./doubles.ts";
import { FLAG } from "./float-rules.ts";
import { SINGLES } from "./singles.ts";
import { bitsOf, compute, type FloatResult, numberOf } from "./testing/float-cases.ts";
import { Random } from "./testing/random.ts";

const peers = requirePeers("gcc");
/** Others detect tininess before rounding. */
const isComparable = process.arch === "x64";

const { inexact, underflow, overflow, divideByZero, invalid } = FLAG;
const ROUNDING_FLAGS = inexact | underflow | overflow;

/** In the order of host-floats.c, with the flags that they can raise. */
const OPERATIONS = [
  { name: "fadd.d", meaning: DOUBLES.add, flags: inexact | overflow | invalid, result: "double" },
  { name: "fsub.d", meaning: DOUBLES.sub, flags: inexact | overflow | invalid, result: "double" },
  { name: "fmul.d", meaning: DOUBLES.mul, flags: ROUNDING_FLAGS | invalid, result: "double" },
  { name: "fdiv.d", meaning: DOUBLES.div, flags: ROUNDING_FLAGS | divideByZero | invalid, result: "double" },
  { name: "fsqrt.d", meaning: DOUBLES.sqrt, flags: inexact | invalid, result: "double" },
  { name: "fmadd.d", meaning: DOUBLES.fmadd, flags: ROUNDING_FLAGS | invalid, result: "double" },
  { name: "fcvt.s.d", meaning: SINGLES.fromDouble, flags: ROUNDING_FLAGS | invalid, result: "single" },
] as const;
const MODES = 4;
const CASES = 30_000;
const PROBLEM_BYTES = 32;
const ANSWER_BYTES = 16;

interface Problem {
  readonly rm: number;
  readonly operands: readonly [bigint, bigint, bigint];
}

/** Every NaN of the host's is that of RISC-V. */
const canonical = {
  double: (bits: bigint): bigint => (Number.isNaN(numberOf(bits)) ? 0x7ff8_0000_0000_0000n : bits),
  single: (bits: bigint): bigint => ((bits & 0x7fff_ffffn) > 0x7f80_0000n ? 0xffff_ffff_7fc0_0000n : bits),
} as const;

const show = ({ bits, flags }: FloatResult): string => `${bits.toString(16)} with flags ${flags}`;

/** Some multiply, divide or add up to what is nearly representable, or nearly cancels. */
const operandsOf = (random: Random): Problem["operands"] => {
  const [a, b, c] = [random.double(), random.double(), random.double()];
  const [x, y] = [numberOf(a), numberOf(b)];
  const near = (value: number): bigint => BigInt.asUintN(64, bitsOf(value) + BigInt(random.below(5) - 2));
  switch (random.below(6)) {
    case 0:
      return [a, b, near(-x * y)];
    case 1:
      return [near(x * y), b, c];
    case 2:
      return [near(x * x), near(-x * x), c];
    default:
      return [a, b, c];
  }
};

/** IEEE 754 leaves open whether ∞ × 0 + NaN is invalid. */
const isAgreedOn = ({ operands: [, , c] }: Problem): boolean => !Number.isNaN(numberOf(c));

describe.skipIf(peers.missing || !isComparable)("doubles compute as the host's do", () => {
  const folder = mkdtempSync(join(tmpdir(), "partita-host-floats-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const program = join(folder, "host-floats");

  beforeAll(() => {
    const source = new URL("testing/host-floats.c", import.meta.url).pathname;
    execFileSync("gcc", ["-O1", "-frounding-math", "-fno-builtin", "-o", program, source, "-lm"]);
  });

  const answersOf = (operation: number, problems: readonly Problem[]): BigUint64Array => {
    const input = new DataView(new ArrayBuffer(problems.length * PROBLEM_BYTES));
    for (const [index, { rm, operands }] of problems.entries()) {
      const at = index * PROBLEM_BYTES;
      input.setUint32(at, operation, true);
      input.setUint32(at + 4, rm, true);
      for (const [position, bits] of operands.entries()) input.setBigUint64(at + 8 + 8 * position, bits, true);
    }
    const maxBuffer = problems.length * ANSWER_BYTES;
    const output = execFileSync(program, { input: new Uint8Array(input.buffer), maxBuffer });
    expect(output.length).toBe(maxBuffer);
    return new BigUint64Array(Uint8Array.from(output).buffer);
  };

  for (const [operation, { name, meaning, flags, result }] of OPERATIONS.entries()) {
    test(name, () => {
      const random = new Random(operation);
      const problems = Array.from({ length: CASES }, () => ({
        rm: random.below(MODES),
        operands: operandsOf(random),
      })).filter(isAgreedOn);
      const answers = answersOf(operation, problems);
      const differences: string[] = [];
      let seenFlags = 0;
      for (const [index, { rm, operands }] of problems.entries()) {
        const ours = compute(meaning, rm, ...operands);
        const bits = answers[2 * index]!;
        const theirs = { bits: canonical[result](bits), flags: Number(answers[2 * index + 1]) };
        seenFlags |= ours.flags;
        // With the inexact flag raised before, most go a shorter way.
        const again = compute(meaning, rm, ...operands, inexact);
        const agrees = again.bits === ours.bits && again.flags === (ours.flags | inexact);
        if (agrees && ours.bits === theirs.bits && ours.flags === theirs.flags) continue;
        const shown = operands.map((operand) => operand.toString(16)).join(" ");
        differences.push(`${shown} in mode ${rm}: ${show(ours)}, then ${show(again)}, host ${show(theirs)}`);
      }
      expect(differences.slice(0, 10)).toEqual([]);
      expect(seenFlags).toBe(flags);
    });
  }
});
