/** Calls through pointers: of functions that touch few registers, of others, and of what is no function. */
import { describe, expect, test } from "vitest";
import { RAM_BASE } from "../hart/layout.ts";
import { Assembly } from "../hart/testing/assembly.ts";
import { encode, X } from "../isa/index.ts";
import { SCRATCH } from "./testing/flow-layout.ts";
import { SideBySide } from "./testing/side-by-side.ts";

const { a0, a1, a2, a3, t0, t1, ra, sp, s1, s2, s3, s4 } = X;
const STACK = RAM_BASE + 0x3_f000;

/** Each in turn, by a table of pointers. */
const CALLED = ["light", "nested", "heavy", "amid", "device", "light"] as const;

const pointersProgram = () => {
  const code = new Assembly().li(sp, STACK).li(s1, 400).jump("jal", { rd: ra }, "caller");
  code.label("end").jump("jal", {}, "end");
  const functions: number[] = [];
  const begin = (name: string): void => {
    code.label(name);
    functions.push(code.size);
  };
  const back = (): Assembly => code.op("jalr", { rd: 0, rs1: ra, imm: 0 });

  begin("caller");
  code.op("addi", { rd: sp, rs1: sp, imm: -16 }).op("sw", { rs1: sp, rs2: ra, imm: 12 }).li(s2, 0).li(s3, 1);
  code.label("again").op("add", { rd: s3, rs1: s3, rs2: s1 }).op("xor", { rd: s4, rs1: s3, rs2: s2 });
  code.wordFor("table", (target) => encode("lui", { rd: t0, imm: ((RAM_BASE + target + 0x800) & ~0xfff) | 0 }));
  code.wordFor("table", (target) => encode("addi", { rd: t0, rs1: t0, imm: ((target + 0x800) & 0xfff) - 0x800 }));
  code.op("slli", { rd: t1, rs1: s2, imm: 2 }).op("add", { rd: t0, rs1: t0, rs2: t1 });
  code.op("lw", { rd: t0, rs1: t0, imm: 0 }).op("add", { rd: a0, rs1: s3, rs2: s4 });
  code.op("jalr", { rd: ra, rs1: t0, imm: 0 });
  code.op("add", { rd: a3, rs1: a0, rs2: s3 }).op("xor", { rd: a3, rs1: a3, rs2: s4 });
  code.op("addi", { rd: s2, rs1: s2, imm: 1 }).op("slti", { rd: t1, rs1: s2, imm: CALLED.length });
  code.jump("bne", { rs1: t1, rs2: 0 }, "on").li(s2, 0).label("on");
  code.op("addi", { rd: s1, rs1: s1, imm: -1 }).jump("bne", { rs1: s1, rs2: 0 }, "again");
  code.op("lw", { rd: ra, rs1: sp, imm: 12 }).op("addi", { rd: sp, rs1: sp, imm: 16 });
  back();

  begin("light");
  for (let index = 0; index < 20; index++) code.op("add", { rd: a1, rs1: a1, rs2: a0 });
  code.op("addi", { rd: a0, rs1: a0, imm: 3 });
  back();

  begin("nested");
  code.op("addi", { rd: sp, rs1: sp, imm: -16 }).op("sw", { rs1: sp, rs2: ra, imm: 12 });
  code.jump("jal", { rd: ra }, "light").op("lw", { rd: ra, rs1: sp, imm: 12 }).op("addi", { rd: sp, rs1: sp, imm: 16 });
  back();

  // Changes what other functions save, and keeps it.
  begin("heavy");
  code.op("addi", { rd: s3, rs1: s3, imm: 77 }).op("xor", { rd: s4, rs1: s4, rs2: s3 });
  code.op("addi", { rd: a2, rs1: a2, imm: 1 }).label("amid").op("addi", { rd: s3, rs1: s3, imm: 5 });
  back();

  // Light, but left amid: a device is the interpreter's.
  begin("device");
  code
    .op("lui", { rd: t0, imm: SCRATCH.start })
    .op("lw", { rd: t1, rs1: t0, imm: 0 })
    .op("add", { rd: a0, rs1: a0, rs2: t1 });
  code.op("addi", { rd: a0, rs1: a0, imm: 1 });
  back();

  while (code.size % 4 !== 0) code.word(1, 2);
  code.label("table");
  const codeBytes = code.size;
  for (const name of CALLED) code.wordFor(name, (target) => (RAM_BASE + target) | 0);
  return { code, functions, codeBytes };
};

describe("a pointer that leads now to a light function, now to another, now into one", () => {
  for (const longest of [1, 9, 200, 10_000]) {
    test(`in slices up to ${longest}`, () => {
      const guest = new SideBySide(pointersProgram());
      guest.runFor(20_000, longest);
      if (longest < 200) return;
      expect(guest.x(a2)).toBe(67);
      expect(guest.engine.translatedCycles).toBeGreaterThan(8000);
    });
  }
});
