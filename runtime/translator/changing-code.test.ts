/** Code that is not what it was when it was translated, or not where code was expected: the guest's own stores decide. */
import { describe, expect, test } from "vitest";
import { RAM_BASE } from "../hart/layout.ts";
import { Assembly } from "../hart/testing/assembly.ts";
import { encode, X } from "../isa/index.ts";
import { guestAddress } from "../units.ts";
import { SideBySide } from "./testing/side-by-side.ts";

const { a0, a1, a2, t0, t1, ra, sp, s1 } = X;
const STACK = RAM_BASE + 0x3_0000;

/** x[rd] = an address. */
const address = (code: Assembly, rd: number, label: string): Assembly =>
  code
    .wordFor(label, (target) => encode("lui", { rd, imm: ((RAM_BASE + target + 0x800) & ~0xfff) | 0 }))
    .wordFor(label, (target) => encode("addi", { rd, rs1: rd, imm: ((target + 0x800) & 0xfff) - 0x800 }));

const OTHER = encode("addi", { rd: a0, rs1: a0, imm: 100 });

/** Calls a function again and again; between calls an instruction amid it is overwritten when s1 says so. */
const patching = (fence: boolean, padding: number): { readonly code: Assembly; readonly f: number } => {
  const code = new Assembly().li(sp, STACK).li(a0, 0).li(s1, 40).label("again");
  code.jump("jal", { rd: ra }, "f").op("addi", { rd: s1, rs1: s1, imm: -1 });
  code.op("andi", { rd: t0, rs1: s1, imm: 15 }).jump("bne", { rs1: t0, rs2: 0 }, "again");
  address(code, t0, "place").op("lw", { rd: t1, rs1: t0, imm: 0 });
  code.li(a1, OTHER ^ encode("addi", { rd: a0, rs1: a0, imm: 1 })).op("xor", { rd: t1, rs1: t1, rs2: a1 });
  code.op("sw", { rs1: t0, rs2: t1, imm: 0 });
  if (fence) code.op("fence.i");
  code.jump("bne", { rs1: s1, rs2: 0 }, "again").label("end").jump("jal", {}, "end");
  code.label("f");
  const f = code.size;
  for (let count = 0; count < padding; count++) code.op("addi", { rd: a2, rs1: a2, imm: 1 });
  code.label("place").op("addi", { rd: a0, rs1: a0, imm: 1 });
  for (let count = 0; count < padding; count++) code.op("addi", { rd: a2, rs1: a2, imm: 1 });
  code.op("jalr", { rd: 0, rs1: ra, imm: 0 });
  return { code, f };
};

describe("an instruction that the guest overwrites is the new one at once", () => {
  // 3000 instructions: pages in the middle hold nothing that could be entered.
  for (const padding of [2, 60, 3000]) {
    for (const fence of [true, false]) {
      for (const longest of [50_000, 97]) {
        test(`amid ${2 * padding} others, ${fence ? "with" : "without"} fence.i, in slices up to ${longest}`, () => {
          const { code, f } = patching(fence, padding);
          const guest = new SideBySide({ code, functions: [f], quietCycles: 300 });
          guest.runFor(padding === 3000 || longest > 1000 ? 300_000 : 10_000, longest);
          expect(guest.x(a0)).toBeGreaterThan(500);
          // What lies around it is left to the interpreter.
          expect(guest.engine.translatedCycles).toBeGreaterThan(padding === 2 ? 50 : 1000);
        });
      }
    }
  }

  test("when nothing of its page was executed before", () => {
    // The store comes from the entry; the function has never run.
    const code = new Assembly().li(a0, 0);
    address(code, t0, "place").li(t1, OTHER).op("sw", { rs1: t0, rs2: t1, imm: 0 }).jump("jal", { rd: ra }, "f");
    code.label("end").jump("jal", {}, "end").label("f");
    const f = code.size;
    for (let count = 0; count < 1500; count++) code.op("addi", { rd: a2, rs1: a2, imm: 1 });
    code.label("place").op("addi", { rd: a0, rs1: a0, imm: 1 });
    for (let count = 0; count < 1500; count++) code.op("addi", { rd: a2, rs1: a2, imm: 1 });
    code.op("jalr", { rd: 0, rs1: ra, imm: 0 });
    const guest = new SideBySide({ code, functions: [f] });
    guest.run(10_000);
    expect(guest.x(a0)).toBe(100);
  });
});

describe("code that lies where none was expected", () => {
  test("is executed as it is, also when it is written again by translated code", () => {
    const code = new Assembly().li(sp, STACK).li(s1, 2000).li(a0, 0).label("again");
    code.li(t0, RAM_BASE + 0x2_0000);
    address(code, t1, "template").op("andi", { rd: a1, rs1: s1, imm: 4 }).op("add", { rd: t1, rs1: t1, rs2: a1 });
    code.op("lw", { rd: a1, rs1: t1, imm: 0 }).op("sw", { rs1: t0, rs2: a1, imm: 0 });
    code.li(a1, encode("jalr", { rd: 0, rs1: ra, imm: 0 })).op("sw", { rs1: t0, rs2: a1, imm: 4 });
    code.op("jalr", { rd: ra, rs1: t0, imm: 0 }).op("addi", { rd: s1, rs1: s1, imm: -1 });
    code.jump("bne", { rs1: s1, rs2: 0 }, "again").label("end").jump("jal", {}, "end");
    code.label("template").op("addi", { rd: a0, rs1: a0, imm: 1 }).op("addi", { rd: a0, rs1: a0, imm: 2 });
    const guest = new SideBySide({ code, quietCycles: 100 });
    guest.runFor(60_000, 5000);
    expect(guest.x(a0)).toBe(3000);
    expect(guest.engine.translatedCycles).toBeGreaterThan(10_000);
  });

  test("also when only the half of its first instruction does", () => {
    // A return across the end of what is said to be code; translated stores change how far behind ra it goes.
    const code = new Assembly().li(s1, 30).li(a0, 0).label("again");
    address(code, t0, "across");
    code.op("andi", { rd: a1, rs1: s1, imm: 1 }).op("slli", { rd: a1, rs1: a1, imm: 4 + 2 });
    code.op("sh", { rs1: t0, rs2: a1, imm: 2 }).jump("jal", { rd: ra }, "across");
    code.op("addi", { rd: a0, rs1: a0, imm: 1 }).op("addi", { rd: s1, rs1: s1, imm: -1 });
    code.jump("bne", { rs1: s1, rs2: 0 }, "again").label("end").jump("jal", {}, "end");
    code.label("across");
    const codeBytes = code.size + 2;
    code.op("jalr", { rd: 0, rs1: ra, imm: 0 });
    const guest = new SideBySide({ code, codeBytes });
    guest.runFor(1000, 400);
    expect(guest.x(a0)).toBe(15);
  });
});

describe("where little or nothing of RAM is no code", () => {
  for (const room of [0, 2, 4, 64, 1000]) {
    test(`stores go where they should: ${room} bytes`, () => {
      const ramBytes = 0x2000;
      const code = new Assembly()
        .li(t0, RAM_BASE + 0x1800)
        .li(s1, 500)
        .li(a0, 7)
        .label("again");
      for (const offset of [-1000, 4, 1000, 2040]) {
        code.op("sw", { rs1: t0, rs2: a0, imm: offset }).op("lw", { rd: a1, rs1: t0, imm: offset });
        code.op("sb", { rs1: t0, rs2: a0, imm: offset + 2 }).op("add", { rd: a0, rs1: a0, rs2: a1 });
      }
      code.li(t1, RAM_BASE + 0x1ff8).op("amoadd.w", { rd: a2, rs1: t1, rs2: a0 });
      code.li(t1, RAM_BASE + 0x1000).op("amoswap.w", { rd: a2, rs1: t1, rs2: a0 });
      // Behind RAM lie the hart's own words.
      code.li(t1, RAM_BASE + 0x2000).op("addi", { rd: s1, rs1: s1, imm: -1 });
      code.jump("bne", { rs1: s1, rs2: 0 }, "again").op("sw", { rs1: t1, rs2: a0, imm: 8 });
      code.label("end").jump("jal", {}, "end");
      while (code.size < ramBytes - room) code.word(0, 2);
      const guest = new SideBySide({ code, ramBytes, functions: [] });
      guest.runFor(2000, 300);
    });
  }
});

describe("when the image comes anew", () => {
  test("code that is the same stays translated, code that is not does not", () => {
    const { code, f } = patching(false, 20);
    const guest = new SideBySide({ code, functions: [f] });
    guest.run(200);
    for (const board of guest.boards) {
      board.reload();
      board.reset(RAM_BASE, 0);
    }
    expect(guest.translatedBy(() => guest.run(200))).toBeGreaterThan(150);
    const place = guestAddress(RAM_BASE + f + 4);
    for (const board of guest.boards) board.hostWrites(place, 4, OTHER);
    guest.run(10);
    guest.run(10);
    expect(guest.translatedBy(() => guest.run(200))).toBeGreaterThan(100);
  });
});

describe("a store to watched bytes ends the run behind it", () => {
  // Pages of even and of odd numbers, and a store that only reaches into one.
  for (const watched of [0x1_4000, 0x1_5000, 0x1_6ffc]) {
    test(`at ${watched.toString(16)}`, () => {
      const code = new Assembly()
        .li(t0, RAM_BASE + watched - 2)
        .label("again")
        .op("addi", { rd: a0, rs1: a0, imm: 1 });
      for (let count = 0; count < 8; count++) code.op("xor", { rd: a1, rs1: a1, rs2: a0 });
      code.op("sw", { rs1: t0, rs2: a1, imm: 0 }).jump("jal", {}, "again");
      const guest = new SideBySide({ code });
      for (const { engine } of guest.boards) engine.watchStores(guestAddress(RAM_BASE + watched), 4);
      for (let round = 0; round < 50; round++) expect(guest.run(1000)).toBe("mmio");
      expect(guest.x(a0)).toBe(50);
      expect(guest.engine.translatedCycles).toBeGreaterThan(100);
    });
  }
});
