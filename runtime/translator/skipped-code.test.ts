/** Branches over code that only computes, done without a branch, against the interpreter at any cycle. */
import { describe, expect, test } from "vitest";
import { RAM_BASE } from "../hart/layout.ts";
import { Assembly } from "../hart/testing/assembly.ts";
import { Random } from "../hart/testing/random.ts";
import { X } from "../isa/index.ts";
import { CodeImage } from "./code-image.ts";
import { findEntries } from "./entries.ts";
import { Program } from "./program.ts";
import { buildRegionGraph, successorsOf } from "./region-graph.ts";
import { findSkipped } from "./skipped-code.ts";
import { SideBySide } from "./testing/side-by-side.ts";

const { a0, a1, a2, a3, a4, ra, s1, t0 } = X;
const REGISTERS = [a0, a1, a2, a3, a4];
const OPERATIONS = ["add", "sub", "xor", "and", "sll", "sra", "sltu", "mul", "mulhu", "min", "sh1add"] as const;
const CONDITIONS = ["beq", "bne", "blt", "bge", "bltu", "bgeu"] as const;

const randomComputation = (random: Random, code: Assembly): void => {
  const rd = random.oneOf([0, ...REGISTERS]);
  const register = () => (random.chance(70) ? rd : random.oneOf(REGISTERS));
  switch (random.below(4)) {
    case 0:
      code.op("addi", { rd, rs1: register(), imm: random.below(4096) - 2048 });
      break;
    case 1:
      code.op(random.oneOf(["lui", "auipc"] as const), { rd, imm: random.bits() & ~0xfff });
      break;
    case 2:
      code.op(random.oneOf(["rem", "divu"] as const), { rd, rs1: register(), rs2: register() });
      break;
    default:
      code.op(random.oneOf(OPERATIONS), { rd, rs1: register(), rs2: register() });
  }
};

/** A loop over branches that skip one to three instructions each, on numbers that go on at random. */
const randomProgram = (seed: number) => {
  const random = new Random(seed);
  const code = new Assembly().li(s1, 300).jump("jal", { rd: ra }, "function");
  code.label("end").jump("jal", {}, "end").label("function");
  const functions = [code.size];
  code.li(t0, 1_103_515_245).label("again");
  for (const register of REGISTERS) {
    code.op("mul", { rd: register, rs1: register, rs2: t0 }).op("addi", { rd: register, rs1: register, imm: register });
  }
  for (let branch = 0; branch < 30; branch++) {
    const operands = { rs1: random.oneOf(REGISTERS), rs2: random.oneOf([0, ...REGISTERS]) };
    if (random.chance(30)) code.op("andi", { rd: operands.rs1, rs1: operands.rs1, imm: 3 });
    code.jump(random.oneOf(CONDITIONS), operands, `over ${branch}`);
    for (let length = 1 + random.below(3); length > 0; length--) randomComputation(random, code);
    code.label(`over ${branch}`);
  }
  code.op("addi", { rd: s1, rs1: s1, imm: -1 }).jump("bne", { rs1: s1, rs2: 0 }, "again");
  code.op("jalr", { rd: 0, rs1: ra, imm: 0 });
  return { code, functions, codeBytes: code.size };
};

describe("branches over computations", () => {
  for (const longest of [1, 9, 100, 10_000]) {
    test(`cost and leave what they do in the interpreter, in slices up to ${longest}`, () => {
      for (let seed = 1; seed <= (longest < 100 ? 2 : 12); seed++) {
        const guest = new SideBySide(randomProgram(seed));
        guest.runFor(longest < 100 ? 2_500 : 25_000, longest);
        if (longest > 100) expect(guest.engine.translatedCycles).toBeGreaterThan(8000);
      }
    });
  }
});

/** How many branches of a function skip what is only computed. */
const skippedIn = (write: (code: Assembly) => void): number => {
  const code = new Assembly();
  write(code);
  code.op("jalr", { rd: 0, rs1: ra, imm: 0 });
  const ram = Uint8Array.from(code.bytes);
  const program = new Program(
    new CodeImage({
      ...{ ram, ramBytes: 0x1_0000, start: RAM_BASE, end: RAM_BASE + ram.length, functions: [RAM_BASE] },
      ...{ careful: false, volatile: [] },
    }),
  );
  const graph = buildRegionGraph(program, program.functionAt(RAM_BASE)!);
  const successors = graph.nodes.map((node) => successorsOf(node).map(({ id }) => id));
  const skipped = findSkipped(graph.nodes, findEntries(graph, successors).flow);
  return skipped.filter((node) => node !== undefined).length;
};

test("what may trap or leave, takes long, does not change a register or is jumped to stays behind a branch", () => {
  const branch = (code: Assembly, skipped: (code: Assembly) => unknown): void => {
    code.jump("beq", { rs1: a0, rs2: a1 }, "over");
    skipped(code);
    code.label("over").op("addi", { rd: a2, rs1: a2, imm: 1 });
  };
  const addOne = (code: Assembly) => code.op("addi", { rd: a3, rs1: a3, imm: 1 });
  expect(skippedIn((code) => branch(code, addOne))).toBe(1);
  expect(skippedIn((code) => branch(code, (skipped) => addOne(addOne(skipped))))).toBe(1);
  expect(skippedIn((code) => branch(code, (skipped) => addOne(addOne(addOne(skipped)))))).toBe(0);
  expect(skippedIn((code) => branch(code, (skipped) => skipped.op("lw", { rd: a3, rs1: a4, imm: 0 })))).toBe(0);
  expect(skippedIn((code) => branch(code, (skipped) => skipped.op("addi", { rd: a3, rs1: a4, imm: 0 })))).toBe(0);
  expect(skippedIn((code) => branch(code, (skipped) => skipped.op("div", { rd: a3, rs1: a3, rs2: a0 })))).toBe(0);
  const jumpedTo = (code: Assembly): void => {
    code.jump("bne", { rs1: a4, rs2: 0 }, "amid");
    branch(code, (skipped) => addOne(skipped.label("amid")));
  };
  expect(skippedIn(jumpedTo)).toBe(0);
});
