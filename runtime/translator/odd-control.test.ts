/** Control that goes where the translator did not expect it. */
import { describe, expect, test } from "vitest";
import { RAM_BASE } from "../hart/layout.ts";
import { Assembly } from "../hart/testing/assembly.ts";
import { encode, X } from "../isa/index.ts";
import { SCRATCH } from "./testing/flow-layout.ts";
import { SideBySide } from "./testing/side-by-side.ts";

const { a0, a1, a2, a3, a4, a5, a7, t0, t1, t2, ra, sp, s1, s2 } = X;
const STACK = RAM_BASE + 0x3_f000;

const address = (code: Assembly, rd: number, label: string): Assembly =>
  code
    .wordFor(label, (target) => encode("lui", { rd, imm: ((RAM_BASE + target + 0x800) & ~0xfff) | 0 }))
    .wordFor(label, (target) => encode("addi", { rd, rs1: rd, imm: ((target + 0x800) & 0xfff) - 0x800 }));

const times = (code: Assembly, count: number, register: number): Assembly => {
  for (let index = 0; index < count; index++) code.op("addi", { rd: register, rs1: register, imm: 1 });
  return code;
};

/** A function that leaves through a table whose last entry is another function. */
const splitSwitch = (longTable: boolean) => {
  const code = new Assembly().li(sp, STACK).li(s1, 300).li(a7, 5).label("again");
  code.op("andi", { rd: a0, rs1: s1, imm: 3 }).op("addi", { rd: a7, rs1: a7, imm: 3 });
  code.jump("jal", { rd: ra }, "f").op("add", { rd: a4, rs1: a4, rs2: a7 });
  code.op("addi", { rd: s1, rs1: s1, imm: -1 }).jump("bne", { rs1: s1, rs2: 0 }, "again");
  code.label("end").jump("jal", {}, "end");
  const functions: number[] = [];
  code.label("f");
  functions.push(code.size);
  times(code, 60, a1);
  address(code, t0, "table").op("slli", { rd: a0, rs1: a0, imm: 2 }).op("add", { rd: t0, rs1: t0, rs2: a0 });
  code.op("lw", { rd: t1, rs1: t0, imm: 0 }).op("jalr", { rd: 0, rs1: t1, imm: 0 });
  for (const name of ["one", "two"]) times(code.label(name), 3, a2).op("jalr", { rd: 0, rs1: ra, imm: 0 });
  code.label("cold");
  functions.push(code.size);
  // Writes what f does not, and is entered amid a loop as well.
  code.li(t2, 3).label("loop").op("addi", { rd: a7, rs1: a7, imm: 7 }).op("addi", { rd: t2, rs1: t2, imm: -1 });
  code.jump("bne", { rs1: t2, rs2: 0 }, "loop").op("jalr", { rd: 0, rs1: ra, imm: 0 });
  while (code.size % 4 !== 0) code.word(1, 2);
  code.label("table");
  const codeBytes = code.size;
  for (const name of ["one", "two", "cold", longTable ? "loop" : "one"])
    code.wordFor(name, (target) => (RAM_BASE + target) | 0);
  return { code, functions, codeBytes };
};

describe("a switch of which a case lies in another function", () => {
  for (const longest of [3, 50, 5000]) {
    for (const longTable of [true, false]) {
      test(`${longTable ? "or amid it, " : ""}in slices up to ${longest}`, () => {
        const guest = new SideBySide(splitSwitch(longTable));
        guest.runFor(20_000, longest);
        if (longest > 100) expect(guest.engine.translatedCycles).toBeGreaterThan(5000);
      });
    }
  }
});

test("a switch goes by its table as it is, not as it was", () => {
  const code = new Assembly().li(sp, STACK).li(s1, 300).label("again").op("andi", { rd: a0, rs1: s1, imm: 1 });
  code.jump("jal", { rd: ra }, "f").op("addi", { rd: s1, rs1: s1, imm: -1 }).op("slti", { rd: t0, rs1: s1, imm: 150 });
  code.jump("beq", { rs1: t0, rs2: 0 }, "again");
  address(code, t0, "table");
  address(code, t1, "two").op("sw", { rs1: t0, rs2: t1, imm: 0 }).jump("bne", { rs1: s1, rs2: 0 }, "again");
  code.label("end").jump("jal", {}, "end").label("f");
  const functions = [code.size];
  address(code, t0, "table").op("slli", { rd: a0, rs1: a0, imm: 2 }).op("add", { rd: t0, rs1: t0, rs2: a0 });
  code.op("lw", { rd: t1, rs1: t0, imm: 0 }).op("jalr", { rd: 0, rs1: t1, imm: 0 });
  times(code.label("one"), 3, a2).op("jalr", { rd: 0, rs1: ra, imm: 0 });
  times(code.label("two"), 2, a3).op("jalr", { rd: 0, rs1: ra, imm: 0 });
  while (code.size % 4 !== 0) code.word(1, 2);
  const codeBytes = code.size;
  code.label("table");
  for (const name of ["one", "two"]) code.wordFor(name, (target) => (RAM_BASE + target) | 0);
  const guest = new SideBySide({ code, functions, codeBytes });
  guest.runFor(10_000, 2000);
  expect(guest.x(a3)).toBeGreaterThan(400);
});

describe("recursion", () => {
  const recursive = (levels: number) => {
    const code = new Assembly()
      .li(sp, RAM_BASE + 0x3f_0000)
      .li(a0, levels)
      .li(s2, 0)
      .jump("jal", { rd: ra }, "down");
    code.label("end").jump("jal", {}, "end").label("down");
    const functions = [code.size];
    code.op("addi", { rd: sp, rs1: sp, imm: -16 }).op("sw", { rs1: sp, rs2: ra, imm: 12 });
    code.op("sw", { rs1: sp, rs2: s1, imm: 8 }).op("addi", { rd: s1, rs1: a0, imm: 0 });
    times(code, 60, a3).jump("beq", { rs1: a0, rs2: 0 }, "bottom").op("addi", { rd: a0, rs1: a0, imm: -1 });
    code.jump("jal", { rd: ra }, "down").label("bottom").op("add", { rd: s2, rs1: s2, rs2: s1 });
    code.op("lw", { rd: ra, rs1: sp, imm: 12 }).op("lw", { rd: s1, rs1: sp, imm: 8 });
    code.op("addi", { rd: sp, rs1: sp, imm: 16 }).op("jalr", { rd: 0, rs1: ra, imm: 0 });
    return { code, functions };
  };

  test("100000 levels deep comes back", () => {
    const guest = new SideBySide({ ...recursive(100_000), ramBytes: 0x40_0000 });
    guest.run(5_000_000).valueOf();
    expect(guest.translatedBy(() => guest.run(3_000_000))).toBeGreaterThan(2_900_000);
    expect(guest.x(s2)).toBe(((100_000 * 100_001) / 2) | 0);
  });

  test("is stopped anywhere", () => {
    const guest = new SideBySide({ ...recursive(400), ramBytes: 0x40_0000 });
    guest.runFor(36_000, 1000);
    expect(guest.x(s2)).toBe((400 * 401) / 2);
  });
});

test("what follows a call that never returns is left out", () => {
  // All are so small that calls of them are copied.
  const code = new Assembly().li(sp, STACK).li(s1, 50).jump("jal", { rd: ra }, "f").label("end").jump("jal", {}, "end");
  code.label("f");
  const functions = [code.size];
  code.jump("jal", { rd: ra }, "stop").label("loop").op("addi", { rd: a0, rs1: a0, imm: 1 });
  code.jump("beq", { rs1: a0, rs2: a1 }, "two").op("addi", { rd: a0, rs1: a0, imm: 2 }).label("two");
  code.jump("bne", { rs1: a0, rs2: a2 }, "loop").op("jalr", { rd: 0, rs1: ra, imm: 0 }).label("stop");
  functions.push(code.size);
  code.op("addi", { rd: a3, rs1: a3, imm: 1 }).jump("jal", {}, "stop");
  const guest = new SideBySide({ code, functions });
  guest.runFor(5000, 1000);
  expect(guest.engine.translatedCycles).toBeGreaterThan(3000);
});

test("a function may be longer than exits can tell", () => {
  const code = new Assembly().li(s1, 40).li(t0, SCRATCH.start).label("again").jump("jal", {}, "far");
  while (code.size < 0x18_0000 / 2) code.word(0x0001_0001);
  code.label("far").op("addi", { rd: a0, rs1: a0, imm: 1 }).jump("jal", {}, "farther");
  while (code.size < 0x18_0000) code.word(0x0001_0001);
  code.label("farther").op("addi", { rd: a0, rs1: a0, imm: 3 }).op("sw", { rs1: t0, rs2: a0, imm: 0 });
  code.op("addi", { rd: s1, rs1: s1, imm: -1 }).jump("beq", { rs1: s1, rs2: 0 }, "end").jump("jal", {}, "back");
  code.label("end").jump("jal", {}, "end").label("back").jump("jal", {}, "half");
  code
    .label("half")
    .op("lui", { rd: t1, imm: RAM_BASE | 0 })
    .op("addi", { rd: t1, rs1: t1, imm: 16 });
  code.op("jalr", { rd: 0, rs1: t1, imm: 0 });
  const guest = new SideBySide({ code, ramBytes: 0x20_0000 });
  guest.runFor(700, 200);
  expect(guest.x(a0)).toBeGreaterThan(20);
});

describe("computed jumps", () => {
  test("go anywhere into a function", () => {
    // jr to each halfword-aligned instruction of a function in turn, which then returns.
    const code = new Assembly().li(sp, STACK).li(s1, 600).li(s2, 0).label("again");
    address(code, t0, "body").op("slli", { rd: t1, rs1: s2, imm: 2 }).op("add", { rd: t0, rs1: t0, rs2: t1 });
    code.op("jalr", { rd: ra, rs1: t0, imm: 0 }).op("addi", { rd: s2, rs1: s2, imm: 1 });
    code.op("andi", { rd: s2, rs1: s2, imm: 63 }).op("addi", { rd: s1, rs1: s1, imm: -1 });
    code.jump("bne", { rs1: s1, rs2: 0 }, "again").label("end").jump("jal", {}, "end").label("function");
    const functions = [code.size];
    code.op("addi", { rd: a0, rs1: 0, imm: 0 }).label("body");
    for (let index = 0; index < 16; index++) {
      code.op("addi", { rd: a0, rs1: a0, imm: index }).jump("beq", { rs1: a0, rs2: a1 }, `over ${index}`);
      code.op("xor", { rd: a2, rs1: a2, rs2: a0 }).label(`over ${index}`).op("add", { rd: a3, rs1: a3, rs2: a2 });
    }
    code.op("jalr", { rd: 0, rs1: ra, imm: 0 });
    for (const longest of [1, 7, 2000])
      new SideBySide({ code, functions }).runFor(40_000 / (longest < 9 ? 4 : 1), longest);
  });

  test("and returns that return elsewhere end all calls between", () => {
    // The innermost of three nested functions returns to the outermost caller, now and then.
    const code = new Assembly().li(sp, STACK).li(s1, 200).label("again").jump("jal", { rd: ra }, "outer");
    code.label("back").op("addi", { rd: s1, rs1: s1, imm: -1 }).jump("bne", { rs1: s1, rs2: 0 }, "again");
    code.label("end").jump("jal", {}, "end");
    const functions: number[] = [];
    for (const [name, callee] of [
      ["outer", "middle"],
      ["middle", "inner"],
    ] as const) {
      code.label(name);
      functions.push(code.size);
      code.op("addi", { rd: sp, rs1: sp, imm: -16 }).op("sw", { rs1: sp, rs2: ra, imm: 12 });
      times(code, 50, a4).jump("jal", { rd: ra }, callee).op("addi", { rd: a5, rs1: a5, imm: 1 });
      code.op("lw", { rd: ra, rs1: sp, imm: 12 }).op("addi", { rd: sp, rs1: sp, imm: 16 });
      code.op("jalr", { rd: 0, rs1: ra, imm: 0 });
    }
    code.label("inner");
    functions.push(code.size);
    times(code, 50, a3).op("andi", { rd: t1, rs1: s1, imm: 3 }).jump("bne", { rs1: t1, rs2: 0 }, "normal");
    address(code, ra, "back").li(sp, STACK).label("normal").op("jalr", { rd: 0, rs1: ra, imm: 0 });
    for (const longest of [5, 400, 10_000]) {
      const guest = new SideBySide({ code, functions });
      guest.runFor(35_000, longest);
      expect(guest.x(a5)).toBe(300);
    }
  });
});
